/**
 * The threads of this library. Not exported.
 */
@NullMarked
package io.valkeysecure.internal.thread;

import org.jspecify.annotations.NullMarked;
