/**
 * A proxy that keeps every byte between client and server. Start with
 * {@link io.valkeysecure.testkit.recording.RecordingProxy}.
 */
@NullMarked
package io.valkeysecure.testkit.recording;

import org.jspecify.annotations.NullMarked;
