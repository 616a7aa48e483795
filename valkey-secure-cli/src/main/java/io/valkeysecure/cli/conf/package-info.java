/**
 * Configuration as text: of Valkey itself, and of what stands around it. Nothing here prints, and no secret gets into
 * any of it.
 */
@NullMarked
package io.valkeysecure.cli.conf;

import org.jspecify.annotations.NullMarked;
