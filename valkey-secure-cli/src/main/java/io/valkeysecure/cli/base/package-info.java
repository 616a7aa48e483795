/** What the packages of the commands share: input that is bounded and checked, secrets, and files that are new. */
@NullMarked
package io.valkeysecure.cli.base;

import org.jspecify.annotations.NullMarked;
