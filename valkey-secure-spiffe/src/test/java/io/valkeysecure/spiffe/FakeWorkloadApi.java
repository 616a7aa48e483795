package io.valkeysecure.spiffe;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.spiffe.workloadapi.grpc.SpiffeWorkloadAPIGrpc;
import io.spiffe.workloadapi.grpc.Workload;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Workload API in this process: gRPC over a Unix socket, by the service that java-spiffe generates. It is no SPIRE
 * agent: it attests nobody.
 */
final class FakeWorkloadApi extends SpiffeWorkloadAPIGrpc.SpiffeWorkloadAPIImplBase implements AutoCloseable {
    private final Path socket;
    private final EventLoopGroup loops = new EpollEventLoopGroup(1);
    private final List<StreamObserver<Workload.X509SVIDResponse>> streams = new ArrayList<>();
    private Workload.@Nullable X509SVIDResponse answer;
    private @Nullable Status refusal;
    private int opened;
    private Server server;

    FakeWorkloadApi(Path socket) {
        this.socket = socket;
        server = start();
    }

    private Server start() {
        try {
            return NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                    .channelType(EpollServerDomainSocketChannel.class)
                    .bossEventLoopGroup(loops)
                    .workerEventLoopGroup(loops)
                    .intercept(new RequiredHeader())
                    .addService(this)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SPIFFE Workload Endpoint, 3. */
    private static final class RequiredHeader implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            if (!"true".equals(headers.get(Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER)))) {
                call.close(Status.INVALID_ARGUMENT.withDescription("security header missing"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }
    }

    String address() {
        return "unix://" + socket;
    }

    @Override
    public synchronized void fetchX509SVID(
            Workload.X509SVIDRequest request, StreamObserver<Workload.X509SVIDResponse> stream) {
        opened++;
        if (refusal != null) {
            stream.onError(refusal.asRuntimeException());
            return;
        }
        streams.add(stream);
        ((ServerCallStreamObserver<Workload.X509SVIDResponse>) stream).setOnCancelHandler(() -> forget(stream));
        if (answer != null) {
            stream.onNext(answer);
        }
    }

    private synchronized void forget(StreamObserver<Workload.X509SVIDResponse> stream) {
        streams.remove(stream);
    }

    /** Sends an answer on every stream, and first on those to come; null for silence on those. */
    synchronized void push(Workload.@Nullable X509SVIDResponse next) {
        answer = next;
        refusal = null;
        if (next != null) {
            streams.forEach(stream -> stream.onNext(next));
        }
    }

    /** Ends every stream, and those to come, with a status. */
    synchronized void refuse(Status status) {
        refusal = status;
        streams.forEach(stream -> stream.onError(status.asRuntimeException()));
        streams.clear();
    }

    /** Ends every stream without an error, and sends the answer on those to come. */
    synchronized void complete() {
        streams.forEach(StreamObserver::onCompleted);
        streams.clear();
    }

    synchronized int opened() {
        return opened;
    }

    void stop() {
        server.shutdownNow();
        awaitUninterrupted(() -> server.awaitTermination(60, TimeUnit.SECONDS));
        synchronized (this) {
            streams.clear();
        }
    }

    private static void awaitUninterrupted(Callable<Boolean> end) {
        try {
            if (!end.call()) {
                throw new IllegalStateException("the server has not ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    void restart() {
        server = start();
    }

    @Override
    public void close() {
        stop();
        awaitUninterrupted(
                () -> loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(60, TimeUnit.SECONDS));
    }

    /** A message with one SVID, the bundle of its trust domain, and none that is federated. */
    static Workload.X509SVIDResponse.Builder message(TestCertificate svid, TestCertificate... bundle) {
        return Workload.X509SVIDResponse.newBuilder().addSvids(entry(svid, bundle));
    }

    static Workload.X509SVID.Builder entry(TestCertificate svid, TestCertificate... bundle) {
        return Workload.X509SVID
                .newBuilder()
                .setSpiffeId(id(svid))
                .setX509Svid(encoded(svid.chainOfThis()))
                .setX509SvidKey(ByteString.copyFrom(svid.privateKey().getEncoded()))
                .setBundle(encoded(List.of(bundle)));
    }

    static ByteString encoded(List<TestCertificate> certificates) {
        return ByteString.copyFrom(certificates.stream()
                .map(each -> ByteString.copyFrom(each.encoded()))
                .toList());
    }

    private static String id(TestCertificate svid) {
        try {
            return svid.certificate().getSubjectAlternativeNames().stream()
                    .filter(name -> name.get(0).equals(6))
                    .map(name -> (String) name.get(1))
                    .findFirst()
                    .orElseThrow();
        } catch (CertificateParsingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
