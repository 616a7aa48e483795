package io.valkeysecure.lettuce;

import io.lettuce.core.resource.ClientResources;
import io.netty.util.concurrent.FutureListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Shuts down the resources that were made for one client, after the client. */
final class ClientShutdown {
    private final ClientResources resources;
    private final AtomicBoolean owned;

    ClientShutdown(ClientResources resources, boolean owned) {
        this.resources = resources;
        this.owned = new AtomicBoolean(owned);
    }

    CompletableFuture<Void> after(CompletableFuture<Void> closed, long quietPeriod, long timeout, TimeUnit unit) {
        if (!owned.compareAndSet(true, false)) {
            return closed;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        var unused = closed.whenComplete((nothing, failure) -> resources
                .shutdown(quietPeriod, timeout, unit)
                .addListener((FutureListener<Boolean>) shutdown -> {
                    Throwable first = failure != null ? failure : shutdown.cause();
                    if (first == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(first);
                    }
                }));
        return done;
    }
}
