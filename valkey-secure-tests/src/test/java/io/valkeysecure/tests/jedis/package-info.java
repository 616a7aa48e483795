/** Jedis with clusters, sentinels and several databases: every connection that it opens on its own. */
@NullMarked
package io.valkeysecure.tests.jedis;

import org.jspecify.annotations.NullMarked;
