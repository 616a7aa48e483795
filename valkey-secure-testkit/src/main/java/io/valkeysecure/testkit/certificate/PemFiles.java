package io.valkeysecure.testkit.certificate;

import java.nio.file.Path;

/**
 * The two files that {@link TestCertificate#writePem} wrote.
 *
 * @param certificate the certificate chain, leaf first, root excluded
 * @param key the private key as unencrypted PKCS#8, readable for its owner only
 */
public record PemFiles(Path certificate, Path key) {}
