package io.valkeysecure.internal.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.math.BigInteger;
import java.security.ProviderException;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECParameterSpec;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A key in a device is tried at each reload, because a session with the device may end; a key in memory is not. */
class DeviceKeyTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate CLIENT = ROOT.issue().build();

    private static final class Key implements ECPrivateKey {
        private static final long serialVersionUID = 1L;

        private final ECPrivateKey key = (ECPrivateKey) CLIENT.privateKey();
        private final boolean inDevice;
        private final transient AtomicInteger used = new AtomicInteger();
        private volatile boolean gone;

        Key(boolean inDevice) {
            this.inDevice = inDevice;
        }

        @Override
        public BigInteger getS() {
            used.incrementAndGet();
            if (gone) {
                throw new ProviderException("the session has ended");
            }
            return key.getS();
        }

        @Override
        public ECParameterSpec getParams() {
            return key.getParams();
        }

        @Override
        public String getAlgorithm() {
            return key.getAlgorithm();
        }

        @Override
        @SuppressWarnings("NullAway") // as the interface says of keys without an encoding
        public @Nullable String getFormat() {
            return inDevice ? null : key.getFormat();
        }

        @Override
        @SuppressWarnings("NullAway")
        public byte @Nullable [] getEncoded() {
            return inDevice ? null : key.getEncoded();
        }
    }

    private static SecureTls presenting(Key key) {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(ClientIdentity.of(key, CLIENT.chain()))
                .build();
    }

    @Test
    void reload_keyInADevice_isTriedAndNothingChanges() {
        Key key = new Key(true);
        try (SecureTls tls = presenting(key)) {
            int before = key.used.get();
            assertThat(tls.reload()).isFalse();
            assertThat(key.used).hasValueGreaterThan(before);
        }
    }

    @Test
    void reload_keyInMemory_isNotTried() {
        Key key = new Key(false);
        try (SecureTls tls = presenting(key)) {
            int before = key.used.get();
            assertThat(tls.reload()).isFalse();
            assertThat(key.used).hasValue(before);
        }
    }

    @Test
    void reload_deviceThatSignsNoMore_fails() {
        Key key = new Key(true);
        try (SecureTls tls = presenting(key)) {
            key.gone = true;
            assertThatThrownBy(tls::reload)
                    .isInstanceOf(TlsConfigurationException.class)
                    .hasMessageContaining("does not sign");
        }
    }

    @Test
    void reload_noIdentity_nothingIsTried() {
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .withoutClientIdentity()
                .build()) {
            assertThat(tls.reload()).isFalse();
        }
    }
}
