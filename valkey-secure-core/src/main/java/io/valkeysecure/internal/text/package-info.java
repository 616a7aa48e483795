/** Text that a stranger may have written, made fit for a message, a log, a metric, a terminal or a page. */
@NullMarked
package io.valkeysecure.internal.text;

import org.jspecify.annotations.NullMarked;
