/**
 * Fail-closed TLS to Valkey. A <em>policy</em> says what is acceptable, <em>material</em> is whom we trust and what we present,
 * and a <em>generation</em> is one immutable, proved combination of both under which connections are made.
 */
@NullMarked
package io.valkeysecure;

import org.jspecify.annotations.NullMarked;
