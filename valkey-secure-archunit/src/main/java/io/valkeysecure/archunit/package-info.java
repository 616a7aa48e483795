/** Rules for ArchUnit that find connections which are made beside valkey-secure. */
@NullMarked
package io.valkeysecure.archunit;

import org.jspecify.annotations.NullMarked;
