/**
 * Spring Boot auto-configuration: every Lettuce and Jedis connection of an application is verified TLS, or the
 * application does not start. Configured by {@code spring.data.redis.*}, {@code spring.ssl.bundle.*} and
 * {@code valkey.secure.*}.
 */
@NullMarked
@CheckReturnValue
package io.valkeysecure.spring;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
