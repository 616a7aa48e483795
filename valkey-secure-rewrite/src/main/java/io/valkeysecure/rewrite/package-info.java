/** A recipe for OpenRewrite that moves code to valkey-secure. */
@NullMarked
package io.valkeysecure.rewrite;

import org.jspecify.annotations.NullMarked;
