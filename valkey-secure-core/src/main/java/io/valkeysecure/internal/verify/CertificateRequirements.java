package io.valkeysecure.internal.verify;

/**
 * The requirements of a policy for certificates, beyond those that all policies have.
 *
 * @param minimumRsaKeyBits the smallest RSA modulus
 * @param serverAuthRequired whether the leaf needs an extended key usage
 * @param profileRequired whether identifiers and criticality have to follow the profile of RFC 5280
 */
public record CertificateRequirements(int minimumRsaKeyBits, boolean serverAuthRequired, boolean profileRequired) {}
