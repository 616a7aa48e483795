/**
 * Valkey in containers that speak TLS only. Start with {@link io.valkeysecure.testcontainers.ValkeyTlsContainer}.
 */
@NullMarked
package io.valkeysecure.testcontainers;

import org.jspecify.annotations.NullMarked;
