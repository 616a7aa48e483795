/**
 * One handshake, from its first byte to its verdict, and the limit on how many are in flight. Not exported.
 */
@NullMarked
package io.valkeysecure.internal.handshake;

import org.jspecify.annotations.NullMarked;
