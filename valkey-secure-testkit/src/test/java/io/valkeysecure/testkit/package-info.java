/** Tests of the test kit: it must be trusted before it can be used to trust anything else. */
@NullMarked
package io.valkeysecure.testkit;

import org.jspecify.annotations.NullMarked;
