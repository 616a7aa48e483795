/** Tests of the whole against real servers and hostile peers. */
@NullMarked
package io.valkeysecure.tests;

import org.jspecify.annotations.NullMarked;
