package io.valkeysecure.examples.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cache.annotation.EnableCaching;

/** A web application that keeps sessions, a cache and a counter in Valkey. Nothing in its code is about TLS. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableCaching
public class ShopApplication {
    /** Made by Spring. */
    public ShopApplication() {}

    /**
     * Starts the application.
     *
     * @param arguments properties, as Spring Boot takes them
     */
    @SuppressWarnings("CheckReturnValue") // the context lives as long as the program
    public static void main(String[] arguments) {
        SpringApplication.run(ShopApplication.class, arguments);
    }
}
