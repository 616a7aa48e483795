/**
 * A generation: material that was proved, with the verifier and the engines made of it, and what replaces it by the next.
 * Not exported.
 */
@NullMarked
package io.valkeysecure.internal.generation;

import org.jspecify.annotations.NullMarked;
