/** How a Valkey is started: from the PATH, or in a container. Not exported. */
@NullMarked
package io.valkeysecure.testkit.internal.server;

import org.jspecify.annotations.NullMarked;
