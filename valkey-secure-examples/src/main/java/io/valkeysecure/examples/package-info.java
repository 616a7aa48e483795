/**
 * The library at work with Lettuce and Jedis, as {@code ./quickstart} shows it.
 * {@link io.valkeysecure.examples.DemoCommand} is where it begins. Not published.
 */
@NullMarked
package io.valkeysecure.examples;

import org.jspecify.annotations.NullMarked;
