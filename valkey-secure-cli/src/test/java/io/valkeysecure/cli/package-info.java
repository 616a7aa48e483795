/** Tests of the command line, and of what the documentation says. */
@NullMarked
package io.valkeysecure.cli;

import org.jspecify.annotations.NullMarked;
