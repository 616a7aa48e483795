/** Text: printable forms of strangers' text, lines of the log, and links to the documentation. */
@NullMarked
package io.valkeysecure.internal.text;

import org.jspecify.annotations.NullMarked;
