package io.valkeysecure.tests.valkeyjava;

import io.valkey.JedisClientConfig;
import io.valkey.JedisCluster;

/** What {@code ClusterTest} needs; no tests of newer versions. */
abstract class ClusterOfNewerVersions extends WithRotating {
    abstract JedisCluster cluster(JedisClientConfig base);
}
