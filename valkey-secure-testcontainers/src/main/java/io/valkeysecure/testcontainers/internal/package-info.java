/** No API: what runs a server of the test kit in a container. */
@NullMarked
package io.valkeysecure.testcontainers.internal;

import org.jspecify.annotations.NullMarked;
