/** Examines servers from outside and, with a login, from inside; says what is wrong, how that was seen, and what to change. */
@NullMarked
package io.valkeysecure.cli.doctor;

import org.jspecify.annotations.NullMarked;
