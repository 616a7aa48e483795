/**
 * Notifies listeners so that none can delay or break a connection, writes the log and Flight Recorder events. Not
 * exported.
 */
@NullMarked
package io.valkeysecure.internal.observe;

import org.jspecify.annotations.NullMarked;
