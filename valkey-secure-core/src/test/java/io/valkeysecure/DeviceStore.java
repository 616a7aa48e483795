package io.valkeysecure;

import java.io.InputStream;
import java.io.OutputStream;
import java.security.Key;
import java.security.KeyStoreSpi;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/** An empty key store that takes a file and does not read it, as the JDK's for PKCS#11 does. */
public final class DeviceStore extends KeyStoreSpi {
    @Override
    public @Nullable Key engineGetKey(String alias, char[] password) {
        return null;
    }

    @Override
    public Certificate @Nullable [] engineGetCertificateChain(String alias) {
        return null;
    }

    @Override
    public @Nullable Certificate engineGetCertificate(String alias) {
        return null;
    }

    @Override
    @SuppressWarnings("JavaUtilDate") // the type of the interface
    public @Nullable Date engineGetCreationDate(String alias) {
        return null;
    }

    @Override
    public void engineSetKeyEntry(String alias, Key key, char[] password, Certificate[] chain) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void engineSetKeyEntry(String alias, byte[] key, Certificate[] chain) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void engineSetCertificateEntry(String alias, Certificate certificate) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void engineDeleteEntry(String alias) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Enumeration<String> engineAliases() {
        return Collections.emptyEnumeration();
    }

    @Override
    public boolean engineContainsAlias(String alias) {
        return false;
    }

    @Override
    public int engineSize() {
        return 0;
    }

    @Override
    public boolean engineIsKeyEntry(String alias) {
        return false;
    }

    @Override
    public boolean engineIsCertificateEntry(String alias) {
        return false;
    }

    @Override
    public @Nullable String engineGetCertificateAlias(Certificate certificate) {
        return null;
    }

    @Override
    public void engineStore(OutputStream out, char[] password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void engineLoad(@Nullable InputStream in, char[] password) {}
}
