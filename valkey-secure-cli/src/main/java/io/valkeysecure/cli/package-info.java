/**
 * The command line {@code valkey-secure}. {@link io.valkeysecure.cli.Main} is where it begins; each command is a class
 * of its own named after it, and {@code Console} is the only one that prints.
 */
@NullMarked
package io.valkeysecure.cli;

import org.jspecify.annotations.NullMarked;
