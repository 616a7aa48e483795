/** Tests of the demo, and of what the documentation says. */
@NullMarked
package io.valkeysecure.examples;

import org.jspecify.annotations.NullMarked;
