/**
 * Fuzzing: targets, the properties that hold for every input, and the run that divides its time among them.
 *
 * <p>A target that calls a package-private class lies in that class's package. This module is not published.
 */
@NullMarked
package io.valkeysecure.fuzz;

import org.jspecify.annotations.NullMarked;
