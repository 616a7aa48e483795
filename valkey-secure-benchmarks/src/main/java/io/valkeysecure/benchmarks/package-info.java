/**
 * Measures what connections and commands cost, with this library, with the clients' own TLS, and without TLS. {@link
 * io.valkeysecure.benchmarks.Bench} is run by {@code ./verify bench}.
 */
@NullMarked
package io.valkeysecure.benchmarks;

import org.jspecify.annotations.NullMarked;
