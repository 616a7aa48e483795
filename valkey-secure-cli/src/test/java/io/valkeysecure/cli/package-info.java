/** Tests of the command line. */
@NullMarked
package io.valkeysecure.cli;

import org.jspecify.annotations.NullMarked;
