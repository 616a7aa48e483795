/**
 * Servers that misbehave in one named way. Start with {@link io.valkeysecure.testkit.hostile.HostilePeer}.
 */
@NullMarked
package io.valkeysecure.testkit.hostile;

import org.jspecify.annotations.NullMarked;
