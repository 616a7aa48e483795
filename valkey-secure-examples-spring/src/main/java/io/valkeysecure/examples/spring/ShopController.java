package io.valkeysecure.examples.spring;

import jakarta.servlet.http.HttpSession;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** What the page in {@code static/index.html} asks for. */
@RestController
class ShopController {
    private final PriceList prices;
    private final ReactiveStringRedisTemplate valkey;

    ShopController(PriceList prices, ReactiveStringRedisTemplate valkey) {
        this.prices = prices;
        this.valkey = valkey;
    }

    /** Counts the visits of a session, which Spring Session keeps in Valkey. */
    @GetMapping("/visits")
    int visits(HttpSession session) {
        int visits = session.getAttribute("visits") instanceof Integer before ? before + 1 : 1;
        session.setAttribute("visits", visits);
        return visits;
    }

    /** Looks a price up, which Spring Cache keeps in Valkey. */
    @GetMapping("/prices/{item}")
    String price(@PathVariable("item") String item) {
        return prices.price(item);
    }

    /** Counts orders in Valkey, without blocking a thread. */
    @GetMapping("/orders")
    Mono<Long> order() {
        return valkey.opsForValue().increment("orders");
    }
}
