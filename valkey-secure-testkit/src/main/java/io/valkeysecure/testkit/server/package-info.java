/**
 * Real Valkey servers, clusters and sentinels. Start with {@link io.valkeysecure.testkit.server.ValkeyServer#builder}.
 */
@NullMarked
package io.valkeysecure.testkit.server;

import org.jspecify.annotations.NullMarked;
