/** Rotations under load, for as long as it is asked for. */
@NullMarked
package io.valkeysecure.tests.soak;

import org.jspecify.annotations.NullMarked;
