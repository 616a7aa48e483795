/**
 * A generation: proved material with the verifier and the engines made from it, and the reloader that replaces it. Not
 * exported.
 */
@NullMarked
package io.valkeysecure.internal.generation;

import org.jspecify.annotations.NullMarked;
