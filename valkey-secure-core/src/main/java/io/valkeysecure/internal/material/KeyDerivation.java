package io.valkeysecure.internal.material;

import io.valkeysecure.internal.x509.MalformedException;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.pkcs.PBEParameter;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCS12PBEParams;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * Limits the work of a key derivation (RFC 8018, RFC 7914, RFC 7292 B) before it starts: 300 bytes can ask for a
 * gigabyte of memory or minutes of CPU. Common tools stay far below: OpenSSL uses 2,048 rounds or 16 MiB, keytool
 * 10,000 rounds; OWASP recommends 600,000 rounds.
 */
public final class KeyDerivation {
    /** Rounds of PBKDF2 or of an older derivation. */
    public static final int ROUNDS = 1_000_000;

    /** Memory of scrypt in bytes: 128 * N * r. */
    static final int SCRYPT_MEMORY = 64 * 1024 * 1024;

    /** The parallelization parameter p of scrypt, by which the memory is gone over so many times. */
    static final int SCRYPT_PARALLELIZATION = 16;

    /** Octets of a derived key: more than any cipher takes. */
    private static final int KEY_OCTETS = 64;

    private static final int SCRYPT_BLOCK = 128;
    private static final String PKCS5 = PKCSObjectIdentifiers.pkcs_5.getId() + ".";

    private KeyDerivation() {}

    /**
     * Checks a password-based encryption.
     *
     * @param encryption the algorithm and its parameters
     * @return the rounds that it asks for; 0 if it is none that is known here, and so none that can be opened
     * @throws MalformedException if it asks for more than the limits
     */
    public static int require(AlgorithmIdentifier encryption) throws MalformedException {
        ASN1ObjectIdentifier id = encryption.getAlgorithm();
        try {
            if (id.equals(PKCSObjectIdentifiers.id_PBES2)) {
                return requireFunction(
                        AlgorithmIdentifier.getInstance(PBES2Parameters.getInstance(encryption.getParameters())
                                .getKeyDerivationFunc()
                                .toASN1Primitive()));
            } else if (id.on(PKCSObjectIdentifiers.pkcs_12PbeIds)) {
                return rounds(
                        PKCS12PBEParams.getInstance(encryption.getParameters()).getIterations());
            } else if (id.getId().startsWith(PKCS5)) {
                return rounds(
                        PBEParameter.getInstance(encryption.getParameters()).getIterationCount());
            }
            return 0;
        } catch (RuntimeException e) {
            throw new MalformedException("has malformed parameters of its encryption");
        }
    }

    /** Checks a key derivation function by itself; returns its rounds, 0 if it is scrypt. */
    static int requireFunction(AlgorithmIdentifier function) throws MalformedException {
        if (function.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2)) {
            PBKDF2Params parameters = PBKDF2Params.getInstance(function.getParameters());
            BigInteger octets = parameters.getKeyLength();
            if (octets != null && (octets.signum() <= 0 || octets.compareTo(BigInteger.valueOf(KEY_OCTETS)) > 0)) {
                throw new MalformedException("asks for a derived key of " + shown(octets) + " octets, expected at most "
                        + KEY_OCTETS + remedy());
            }
            return rounds(parameters.getIterationCount());
        } else if (function.getAlgorithm().equals(MiscObjectIdentifiers.id_scrypt)) {
            requireScrypt(ScryptParams.getInstance(function.getParameters()));
        }
        return 0;
    }

    /**
     * Checks a number of rounds.
     *
     * @param count the rounds
     * @return the same
     * @throws MalformedException if it is below 1 or above {@link #ROUNDS}
     */
    static int rounds(BigInteger count) throws MalformedException {
        if (count.signum() <= 0 || count.compareTo(BigInteger.valueOf(ROUNDS)) > 0) {
            throw new MalformedException(
                    "asks for " + shown(count) + " rounds of key derivation, expected 1 to " + ROUNDS + remedy());
        }
        return count.intValueExact();
    }

    /** A number may be as long as the file. */
    private static String shown(BigInteger number) {
        return number.bitLength() <= Long.SIZE * 2 ? number.toString() : "a number of " + number.bitLength() + " bits";
    }

    private static void requireScrypt(ScryptParams parameters) throws MalformedException {
        BigInteger n = parameters.getCostParameter();
        BigInteger r = parameters.getBlockSize();
        BigInteger p = parameters.getParallelizationParameter();
        BigInteger memory = n.multiply(r).multiply(BigInteger.valueOf(SCRYPT_BLOCK));
        if (n.signum() <= 0
                || r.signum() <= 0
                || p.signum() <= 0
                || memory.compareTo(BigInteger.valueOf(SCRYPT_MEMORY)) > 0
                || p.compareTo(BigInteger.valueOf(SCRYPT_PARALLELIZATION)) > 0) {
            throw new MalformedException("asks for scrypt with N=" + shown(n) + ", r=" + shown(r) + ", p=" + shown(p)
                    + ", which takes " + shown(memory) + " bytes; expected at most " + SCRYPT_MEMORY + " bytes and p="
                    + SCRYPT_PARALLELIZATION
                    + remedy());
        }
    }

    private static String remedy() {
        return "; encrypt it again with the defaults of \"openssl pkcs8 -topk8\", or \"openssl pkcs12 -export\" for a store";
    }
}
