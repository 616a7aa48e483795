package io.valkeysecure.examples.spring;

import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

/** Prices that are slow to find out, so that they are cached. */
@Service
class PriceList {
    private final AtomicInteger lookups = new AtomicInteger();

    /** Returns the price, and how many were looked up so far: a cached answer keeps its number. */
    @Cacheable("prices")
    public String price(String item) {
        return item + " costs " + item.length() + ".00, looked up as number " + lookups.incrementAndGet();
    }
}
