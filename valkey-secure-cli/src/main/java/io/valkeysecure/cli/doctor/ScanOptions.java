package io.valkeysecure.cli.doctor;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.cli.base.ConnectionOptions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * With what the doctor comes.
 *
 * @param tls empty if the client's identity cannot be used: nobody logs in then
 * @param clientProblem why it cannot
 * @param anchors whom to trust
 * @param anchorCertificates the same, to be looked at
 * @param policy what is asked of connections
 * @param expected who the server is to be; empty for the dialled host
 * @param revocation how it is checked
 * @param login empty to stay outside
 * @param applicationUser whose rights are looked at even if he is who logs in
 * @param plaintextPorts where else on each host somebody may answer in the clear; negative and positive offsets
 *     resolved
 * @param clientFiles certificate and key of this side
 * @param limit how long one connection may take
 * @param clock of this side
 */
public record ScanOptions(
        Optional<SecureTls> tls,
        Optional<String> clientProblem,
        TrustAnchors anchors,
        List<X509Certificate> anchorCertificates,
        TlsPolicy policy,
        Optional<ServerIdentity> expected,
        Optional<Revocation> revocation,
        Optional<Login> login,
        Optional<String> applicationUser,
        List<String> plaintextPorts,
        Optional<ConnectionOptions.ClientFiles> clientFiles,
        Duration limit,
        Clock clock) {

    /**
     * User and password.
     *
     * @param user empty for the default user
     * @param password the password
     */
    public record Login(Optional<String> user, String password) {
        /** Without the password. */
        @Override
        public String toString() {
            return user.orElse("default");
        }
    }

    ChainVerifier verifier(Clock at, boolean withRevocation) {
        ChainVerifier.Builder builder =
                ChainVerifier.trusting(anchors).policy(policy).clock(at);
        if (withRevocation) {
            revocation.ifPresent(builder::revocation);
        }
        return builder.build();
    }
}
