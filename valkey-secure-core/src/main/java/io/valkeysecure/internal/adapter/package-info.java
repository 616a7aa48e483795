/**
 * Code that both adapters share: the policy about URIs, the report of refusals, and the life of a {@code SecureTls}.
 */
@NullMarked
package io.valkeysecure.internal.adapter;

import org.jspecify.annotations.NullMarked;
