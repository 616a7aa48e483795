/**
 * The command {@code doctor}: examines servers from outside and, with a login, from inside; says what is wrong, how
 * that was seen, and what to change. {@link io.valkeysecure.cli.doctor.Doctor} is where an examination begins.
 */
@NullMarked
package io.valkeysecure.cli.doctor;

import org.jspecify.annotations.NullMarked;
