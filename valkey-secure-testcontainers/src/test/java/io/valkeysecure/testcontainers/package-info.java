@NullMarked
package io.valkeysecure.testcontainers;

import org.jspecify.annotations.NullMarked;
