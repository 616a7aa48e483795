/**
 * The command {@code conf}: configuration as text, of Valkey itself and of what stands around it. No secret gets into
 * any of it.
 */
@NullMarked
package io.valkeysecure.cli.conf;

import org.jspecify.annotations.NullMarked;
