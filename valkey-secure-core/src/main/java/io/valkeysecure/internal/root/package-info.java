/**
 * The door to the root package: makes its exceptions and proofs, whose constructors are not public. Exported to the
 * adapters of this project only.
 */
@NullMarked
package io.valkeysecure.internal.root;

import org.jspecify.annotations.NullMarked;
