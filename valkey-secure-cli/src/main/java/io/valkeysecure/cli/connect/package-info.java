/**
 * The command {@code connect}: commands to a server over a verified connection.
 */
@NullMarked
package io.valkeysecure.cli.connect;

import org.jspecify.annotations.NullMarked;
