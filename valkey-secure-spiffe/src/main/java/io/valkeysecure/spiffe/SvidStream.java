package io.valkeysecure.spiffe;

import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.spiffe.exception.X509BundleException;
import io.spiffe.exception.X509SvidException;
import io.spiffe.workloadapi.grpc.SpiffeWorkloadAPIGrpc;
import io.spiffe.workloadapi.grpc.Workload;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code FetchX509SVID}: its latest answer, or why there is none.
 *
 * <p>It uses the stubs of java-spiffe rather than its {@code WorkloadApiClient}, whose watchers are told neither that a
 * stream was completed nor that it is retried.
 */
final class SvidStream implements StreamObserver<Workload.X509SVIDResponse> {
    private final Context.CancellableContext call = Context.ROOT.withCancellation();
    private final String api;
    private final Clock clock;
    private final Runnable pushed;
    private volatile CompletableFuture<WorkloadAnswer> latest = new CompletableFuture<>();
    private volatile Instant overdue = Instant.MAX;
    private volatile boolean over;

    private SvidStream(String api, Clock clock, Runnable pushed) {
        this.api = api;
        this.clock = clock;
        this.pushed = pushed;
    }

    /**
     * Opens a stream.
     *
     * @param api names the Workload API in messages
     * @param pushed is run after every answer but the first, which is waited for
     */
    static SvidStream open(Channel channel, String api, Clock clock, Runnable pushed) {
        Metadata header = new Metadata(); // SPIFFE Workload Endpoint, 3
        header.put(Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER), "true");
        SvidStream stream = new SvidStream(api, clock, pushed);
        stream.call.run(() -> SpiffeWorkloadAPIGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header))
                .fetchX509SVID(Workload.X509SVIDRequest.getDefaultInstance(), stream));
        return stream;
    }

    /** Returns the latest answer; waits for the first. */
    WorkloadAnswer latest() throws IOException, InterruptedException {
        try {
            return latest.get();
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IOException(cause.getMessage(), cause);
        }
    }

    /** {@return whether another stream is needed: this one has ended, or no SVID came when one was long due} */
    boolean isOver() {
        return over || clock.instant().isAfter(overdue);
    }

    void cancel() {
        end("was closed", null);
    }

    @Override
    public void onNext(Workload.X509SVIDResponse message) {
        boolean awaited = !latest.isDone();
        try {
            WorkloadAnswer answer = new WorkloadAnswer(message);
            Instant now = clock.instant();
            // Agents renew at half of the life, or a day before its end.
            overdue = now.plus(
                    Duration.between(now, answer.notAfter()).dividedBy(4).multipliedBy(3));
            if (awaited) {
                latest.complete(answer);
            } else {
                latest = CompletableFuture.completedFuture(answer);
            }
        } catch (X509SvidException | X509BundleException | RuntimeException e) {
            end("sent what is no answer of the SPIFFE Workload API: " + e.getMessage() + "; look at its log", e);
        }
        if (!awaited) {
            pushed.run();
        }
    }

    @Override
    public void onError(Throwable cause) {
        Status status = Status.fromThrowable(cause);
        String description = status.getDescription() == null
                ? ""
                : ": " + status.getDescription().lines().findFirst().orElse("");
        String reason = "";
        for (Throwable each = status.getCause(); each != null; each = each.getCause()) {
            reason = ": "
                    + Objects.requireNonNullElse(
                            each.getMessage(), each.getClass().getSimpleName());
        }
        end(
                "gave no SVID: " + status.getCode() + description + reason
                        + (status.getCode() == Status.Code.PERMISSION_DENIED
                                ? "; register an entry whose selectors match this process"
                                : "; is the agent running, and its socket reachable by this process?"),
                cause);
    }

    @Override
    public void onCompleted() {
        end("gave no SVID, it ended the stream; is the agent running?", null);
    }

    private void end(String what, @Nullable Throwable cause) {
        over = true;
        latest.completeExceptionally(new IOException(api + " " + what, cause));
        call.cancel(null);
    }
}
