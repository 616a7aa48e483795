package io.valkeysecure.internal.verify;

/**
 * What a policy demands of certificates beyond what all policies demand.
 *
 * @param minimumRsaKeyBits the smallest RSA modulus
 * @param serverAuthRequired whether the leaf needs an extended key usage
 * @param profileRequired whether identifiers and criticality have to be as RFC 5280 tells CAs to make them
 */
public record CertificateRequirements(int minimumRsaKeyBits, boolean serverAuthRequired, boolean profileRequired) {}
