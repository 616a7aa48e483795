@org.jspecify.annotations.NullMarked
package io.valkeysecure.fuzz;
