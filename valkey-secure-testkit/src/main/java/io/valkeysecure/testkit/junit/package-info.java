/** An extension of JUnit Jupiter that starts what a test's fields ask for. */
@NullMarked
package io.valkeysecure.testkit.junit;

import org.jspecify.annotations.NullMarked;
