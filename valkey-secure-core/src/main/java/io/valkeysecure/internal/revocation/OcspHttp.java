package io.valkeysecure.internal.revocation;

import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends a request to an OCSP responder (RFC 6960, appendix A). It uses plain HTTP, because the response is signed, and
 * no proxy, redirect, cookie or credential, whatever the JVM is configured to use.
 */
final class OcspHttp {
    private static final int OK = 200;
    private static final String CURE = "; is this responder up, and may this machine reach it over HTTP?";

    private OcspHttp() {}

    /** Created at the first request, so that a program that sends none has no thread for it. */
    private static final class Client {
        static final HttpClient CLIENT = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .build();
    }

    static byte[] post(URI responder, byte[] request, Duration limit) throws UnprovedException {
        if (limit.isZero() || limit.isNegative()) {
            throw new UnprovedException(Printable.value(responder) + " was not asked: the time for responders is up");
        }
        CompletableFuture<HttpResponse<byte[]>> exchange;
        try {
            HttpRequest post = HttpRequest.newBuilder(responder)
                    .header("Content-Type", "application/ocsp-request")
                    .header("Accept", "application/ocsp-response")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(request))
                    .build();
            exchange = Client.CLIENT.sendAsync(post, head -> new LimitedBody());
        } catch (IllegalArgumentException e) {
            throw new UnprovedException(Printable.value(responder) + " is no address of a responder");
        }
        // the timeout of HttpRequest covers the headers only; this one covers the body, too
        try {
            HttpResponse<byte[]> response = exchange.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            if (response.statusCode() != OK) {
                throw new UnprovedException(Printable.value(responder) + " answered HTTP " + response.statusCode());
            }
            return response.body();
        } catch (TimeoutException e) {
            throw new UnprovedException(Printable.value(responder) + " did not answer in time" + CURE);
        } catch (ExecutionException e) {
            String why = e.getCause() instanceof TooLargeException
                    ? " sent more than " + OcspResponse.LARGEST_BYTES + " bytes"
                    : " cannot be asked: " + Printable.value(e.getCause()) + CURE;
            throw new UnprovedException(Printable.value(responder) + why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnprovedException(Printable.value(responder) + " was not waited for: the thread was interrupted");
        } finally {
            exchange.cancel(true);
        }
    }

    private static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Collects a body, and cancels the exchange if it grows too large. */
    private static final class LimitedBody implements HttpResponse.BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private final ByteBuffer received = ByteBuffer.allocate(OcspResponse.LARGEST_BYTES);
        private final List<Flow.Subscription> subscriptions = new ArrayList<>(1);

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscriptions.add(subscription);
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                if (buffer.remaining() > received.remaining()) {
                    subscriptions.forEach(Flow.Subscription::cancel);
                    body.completeExceptionally(new TooLargeException());
                    return;
                }
                received.put(buffer);
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            received.flip();
            byte[] bytes = new byte[received.remaining()];
            received.get(bytes);
            body.complete(bytes);
        }
    }
}
