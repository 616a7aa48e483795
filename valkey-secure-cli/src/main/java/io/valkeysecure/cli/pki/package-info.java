/**
 * The command {@code pki} and its subcommands, and what they show of a certificate.
 */
@NullMarked
package io.valkeysecure.cli.pki;

import org.jspecify.annotations.NullMarked;
