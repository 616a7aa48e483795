package io.valkeysecure.testkit.certificate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.valkeysecure.testkit.internal.Loopback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.CRLReason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.OperatorCreationException;

/**
 * An OCSP responder for a test, RFC 6960, over HTTP on a free port of the loopback address.
 *
 * <pre>{@code
 * try (OcspResponder responder = OcspResponder.builder(ca).start()) {
 *     TestCertificate leaf = ca.issue().dnsName("localhost").ocspUrl(responder.url()).build();
 *     responder.revoke(leaf);
 * }
 * }</pre>
 *
 * <p>It answers {@code good} for every certificate of its CA until it is told otherwise, with a current, signed answer
 * that returns the nonce. The builder spoils that in any way. {@link #response} gives the same answer as bytes, for a
 * server that staples it. This class is thread-safe.
 */
public final class OcspResponder implements AutoCloseable {
    private final OcspAnswers answers;
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService executor;
    private final HttpServer server;

    private OcspResponder(OcspAnswers answers) {
        this.answers = answers;
        this.executor = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "testkit-ocsp");
            thread.setDaemon(true);
            return thread;
        });
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on the loopback address", e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(executor);
    }

    /**
     * Returns a builder for a responder that speaks for the given CA.
     *
     * @param ca the CA that issued the certificates
     * @return a builder
     */
    public static Builder builder(TestCertificate ca) {
        return new Builder(ca);
    }

    /** {@return where the responder is asked, such as {@code http://127.0.0.1:35845/}} */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** {@return the number of requests so far} */
    public int requests() {
        return requests.get();
    }

    /**
     * Answers {@code revoked} for a certificate from now on: one minute ago, without a reason.
     *
     * @param certificate the certificate
     */
    public void revoke(TestCertificate certificate) {
        Date when = Date.from(answers.clock.instant().minus(Duration.ofMinutes(1)));
        answers.statuses.put(serialNumber(certificate), new RevokedStatus(when));
    }

    /**
     * Answers {@code revoked} for a certificate from now on.
     *
     * @param certificate the certificate
     * @param reason the reason
     * @param when the time of revocation
     */
    @SuppressWarnings("EnumOrdinal") // the JDK's constants stand in the order of RFC 5280 section 5.3.1, gap included
    public void revoke(TestCertificate certificate, CRLReason reason, Instant when) {
        answers.statuses.put(serialNumber(certificate), new RevokedStatus(Date.from(when), reason.ordinal()));
    }

    /**
     * Answers {@code unknown} for a certificate from now on.
     *
     * @param certificate the certificate
     */
    public void forget(TestCertificate certificate) {
        answers.statuses.put(serialNumber(certificate), new UnknownStatus());
    }

    /**
     * Returns the answer for a certificate as a server would staple it: without a nonce, and without going through
     * HTTP.
     *
     * @param certificate the certificate
     * @return the DER encoding of the {@code OCSPResponse}
     */
    public byte[] response(TestCertificate certificate) {
        try {
            return answers.stapled(serialNumber(certificate));
        } catch (IOException | OCSPException | OperatorCreationException e) {
            throw new IllegalStateException("cannot make an OCSP response", e);
        }
    }

    private static BigInteger serialNumber(TestCertificate certificate) {
        return certificate.certificate().getSerialNumber();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.incrementAndGet();
            if (!answers.delay.isZero() && Loopback.await(closed, answers.delay)) {
                return;
            }
            byte[] request = request(exchange);
            byte[] body;
            try {
                body = answers.httpStatus == 200 ? answers.respond(request) : new byte[0];
            } catch (IOException | OCSPException | OperatorCreationException e) {
                exchange.sendResponseHeaders(400, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "application/ocsp-response");
            exchange.sendResponseHeaders(answers.httpStatus, body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    /** A request comes as the body of a POST, or base64 in the path of a GET, RFC 6960 appendix A.1. */
    private static byte[] request(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("GET")) {
            return exchange.getRequestBody().readAllBytes();
        }
        URI uri = exchange.getRequestURI();
        String path = URLDecoder.decode(uri.getRawPath().substring(1).replace("+", "%2B"), StandardCharsets.US_ASCII);
        try {
            return Base64.getDecoder().decode(path);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /** Stops the responder; requests that wait for their answer get none. Does nothing the second time. */
    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        executor.shutdownNow();
    }

    @Override
    public String toString() {
        return "OcspResponder[" + url() + "]";
    }

    /** Describes a responder to be started. A value that is set again replaces the earlier one. Not thread-safe. */
    public static final class Builder {
        private final OcspAnswers answers;

        private Builder(TestCertificate ca) {
            this.answers = new OcspAnswers(ca);
        }

        /**
         * Sets the clock by which answers are dated. Default: the system's.
         *
         * @param source the clock
         * @return this builder
         */
        public Builder clock(Clock source) {
            answers.clock = source;
            return this;
        }

        /**
         * Sets the time from which answers are right. Default: one minute before the clock's time.
         *
         * @param instant the time
         * @return this builder
         */
        public Builder thisUpdate(Instant instant) {
            answers.thisUpdate = instant;
            return this;
        }

        /**
         * Sets the time until which answers are right. Default: six hours after the clock's time.
         *
         * @param instant the time
         * @return this builder
         */
        public Builder nextUpdate(Instant instant) {
            answers.nextUpdate = instant;
            return this;
        }

        /**
         * Leaves out the time until which answers are right.
         *
         * @return this builder
         */
        public Builder withoutNextUpdate() {
            answers.withoutNextUpdate = true;
            return this;
        }

        /**
         * Answers for another certificate than the one that was asked for.
         *
         * @return this builder
         */
        public Builder forOtherCertificate() {
            answers.forOtherCertificate = true;
            return this;
        }

        /**
         * Lets a delegated responder sign, whose certificate goes with the answer. It is a good one if the CA has
         * issued it with {@link ExtendedKeyUsage#OCSP_SIGNING}, RFC 6960 section 4.2.2.2. Default: the CA itself signs.
         *
         * @param delegate the responder's certificate
         * @return this builder
         */
        public Builder signedBy(TestCertificate delegate) {
            answers.signer = delegate;
            return this;
        }

        /**
         * Signs with another key than the one that the answer names, so that the signature does not verify.
         *
         * @param pair the key pair
         * @return this builder
         */
        public Builder signedWith(KeyPair pair) {
            answers.signingKey = pair;
            return this;
        }

        /**
         * Sets the signature algorithm by its JCA name. Default: the usual one for the key.
         *
         * @param name the name
         * @return this builder
         */
        public Builder signatureAlgorithm(String name) {
            answers.signatureAlgorithm = name;
            return this;
        }

        /**
         * Answers without the nonce of the request, as responders with prepared answers do. Default: the nonce is
         * returned, RFC 9654.
         *
         * @return this builder
         */
        public Builder withoutNonce() {
            answers.nonce = OcspAnswers.Nonce.OMITTED;
            return this;
        }

        /**
         * Answers with another nonce than that of the request, as in a replay.
         *
         * @return this builder
         */
        public Builder wrongNonce() {
            answers.nonce = OcspAnswers.Nonce.WRONG;
            return this;
        }

        /**
         * Lets every request wait for its answer. Default: no time.
         *
         * @param duration how long
         * @return this builder
         */
        public Builder delay(Duration duration) {
            answers.delay = duration;
            return this;
        }

        /**
         * Answers with an HTTP status and nothing else. Default: 200 and an answer.
         *
         * @param status such as 503
         * @return this builder
         */
        public Builder httpStatus(int status) {
            answers.httpStatus = status;
            return this;
        }

        /**
         * Answers with an OCSP error, RFC 6960 section 4.2.1: 1 malformed request, 2 internal error, 3 try later,
         * 5 signature required, 6 unauthorized. Default: 0, successful.
         *
         * @param status the number
         * @return this builder
         */
        public Builder responseStatus(int status) {
            answers.responseStatus = status;
            return this;
        }

        /**
         * Answers every request with the given bytes.
         *
         * @param bytes the body of the HTTP response, at least one byte
         * @return this builder
         */
        public Builder rawResponse(byte[] bytes) {
            answers.rawResponse = bytes.clone();
            return this;
        }

        /**
         * Starts the responder.
         *
         * @return the started responder, to be closed by the caller
         * @throws UncheckedIOException if there is no free port
         */
        public OcspResponder start() {
            OcspResponder responder = new OcspResponder(new OcspAnswers(answers));
            responder.server.start();
            return responder;
        }
    }
}
