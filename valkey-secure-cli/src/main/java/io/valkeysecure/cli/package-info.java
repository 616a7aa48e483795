/**
 * The command line {@code valkey-secure}. {@link io.valkeysecure.cli.Main} is where it begins. Each command has a
 * package of its own name, in which a class named after it reads its options.
 */
@NullMarked
package io.valkeysecure.cli;

import org.jspecify.annotations.NullMarked;
