/** Tests of the starter, with application contexts and real servers. */
@org.jspecify.annotations.NullMarked
package io.valkeysecure.examples.spring;
