/** A client identity of Vault's PKI engine. */
module io.valkeysecure.vault {
    requires transitive io.valkeysecure;
    requires java.net.http;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires vault.java.driver;
    requires static org.jspecify;

    exports io.valkeysecure.vault;
}
