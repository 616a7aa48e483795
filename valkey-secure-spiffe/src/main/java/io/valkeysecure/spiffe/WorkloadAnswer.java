package io.valkeysecure.spiffe;

import com.google.protobuf.ByteString;
import io.spiffe.bundle.x509bundle.X509Bundle;
import io.spiffe.exception.X509BundleException;
import io.spiffe.exception.X509SvidException;
import io.spiffe.spiffeid.TrustDomain;
import io.spiffe.svid.x509svid.X509Svid;
import io.spiffe.workloadapi.grpc.Workload;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** A parsed message of the Workload API. No record, whose text would hold the private keys. */
final class WorkloadAnswer {
    private final Map<String, X509Svid> svids = new LinkedHashMap<>();
    private final Map<String, Collection<X509Certificate>> bundles = new LinkedHashMap<>();

    /**
     * Parses a message. Chain, key and dates are proved when the material is used.
     *
     * @throws IllegalArgumentException if a SPIFFE ID is malformed, there is no SVID, or one has another ID than the
     *     message says
     */
    WorkloadAnswer(Workload.X509SVIDResponse message) throws X509SvidException, X509BundleException {
        for (Workload.X509SVID each : message.getSvidsList()) {
            X509Svid svid = X509Svid.parseRaw(
                    each.getX509Svid().toByteArray(), each.getX509SvidKey().toByteArray(), each.getHint());
            String id = svid.getSpiffeId().toString();
            if (!id.equals(each.getSpiffeId())) {
                throw new IllegalArgumentException("the SVID of " + each.getSpiffeId() + " holds " + id);
            }
            svids.putIfAbsent(id, svid);
            add(svid.getSpiffeId().getTrustDomain(), each.getBundle());
        }
        if (svids.isEmpty()) {
            throw new IllegalArgumentException("no SVID is in it");
        }
        for (Map.Entry<String, ByteString> federated :
                message.getFederatedBundlesMap().entrySet()) {
            add(TrustDomain.parse(federated.getKey()), federated.getValue());
        }
    }

    /** The bundle of a trust domain is never one that another domain gave for it. */
    private void add(TrustDomain domain, ByteString bundle) throws X509BundleException {
        bundles.putIfAbsent(
                domain.getName(), X509Bundle.parse(domain, bundle.toByteArray()).getX509Authorities());
    }

    /** {@return by SPIFFE ID, in order} */
    Map<String, X509Svid> svids() {
        return svids;
    }

    X509Svid first() {
        return svids.values().iterator().next();
    }

    /** {@return CA certificates by trust domain} */
    Map<String, Collection<X509Certificate>> bundles() {
        return bundles;
    }

    /** {@return when the first of the SVIDs expires} */
    Instant notAfter() {
        return svids.values().stream()
                .map(svid -> svid.getLeaf().getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }
}
