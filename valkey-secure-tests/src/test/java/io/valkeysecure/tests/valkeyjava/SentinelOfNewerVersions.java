package io.valkeysecure.tests.valkeyjava;

/** No tests of newer versions. */
abstract class SentinelOfNewerVersions extends WithRotating {}
