/**
 * What the commands share: options, exit codes, messages, input that is bounded and checked, secrets, and files that
 * are new. {@link io.valkeysecure.cli.base.Console} is the only class that prints.
 */
@NullMarked
package io.valkeysecure.cli.base;

import org.jspecify.annotations.NullMarked;
