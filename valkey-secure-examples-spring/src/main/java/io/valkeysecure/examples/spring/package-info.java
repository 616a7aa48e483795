/** A web application with the Spring Boot starter, and the demo that runs it. */
@NullMarked
@CheckReturnValue
package io.valkeysecure.examples.spring;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
