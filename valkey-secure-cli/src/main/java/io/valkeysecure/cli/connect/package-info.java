/**
 * Commands to a server over a verified connection. {@link io.valkeysecure.cli.connect.RespConnection} is where it
 * begins; nothing here prints.
 */
@NullMarked
package io.valkeysecure.cli.connect;

import org.jspecify.annotations.NullMarked;
