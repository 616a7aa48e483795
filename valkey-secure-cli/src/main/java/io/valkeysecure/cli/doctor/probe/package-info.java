/**
 * What the doctor sends to a port before it trusts anybody: ClientHellos, a PING in plaintext, a handshake without a
 * certificate.
 */
@NullMarked
package io.valkeysecure.cli.doctor.probe;

import org.jspecify.annotations.NullMarked;
