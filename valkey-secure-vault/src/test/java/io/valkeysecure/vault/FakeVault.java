package io.valkeysecure.vault;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.github.jopenlibs.vault.json.Json;
import io.github.jopenlibs.vault.json.JsonObject;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * Answers two paths of Vault's HTTP API over HTTPS, with the JSON of Vault's documentation. It is no Vault: it knows no
 * policy, no role and no lease.
 */
final class FakeVault implements AutoCloseable {
    static final String TOKEN = "hvs.token-5f0e9c";
    static final String ROLE_ID = "role-id-77d1";
    static final String SECRET_ID = "secret-id-a3b8";

    final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpsServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final TestCertificate ca;
    private final TestCertificate intermediate;
    private volatile Function<Request, Answer> answers;

    /** A request that came over verified TLS. */
    record Request(String path, String token, String body) {
        PKCS10CertificationRequest csr() {
            String pem = Json.parse(body).asObject().get("csr").asString();
            try {
                return new PKCS10CertificationRequest(
                        Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", "")));
            } catch (IOException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    record Answer(int status, String type, String body) {
        static Answer json(int status, String body) {
            return new Answer(status, "application/json", body);
        }
    }

    FakeVault(TestCertificate identity, TestCertificate ca) throws IOException {
        this.ca = ca;
        this.intermediate = ca.issue()
                .subject("CN=Vault Issuing CA")
                .ca(0)
                .notAfter(ca.certificate().getNotAfter().toInstant())
                .build();
        this.answers = this::good;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity.tlsContext(ca)));
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    String address() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    void answer(Function<Request, Answer> answers) {
        this.answers = answers;
    }

    void answerWell() {
        this.answers = this::good;
    }

    private void handle(HttpExchange exchange) throws IOException {
        Request request = new Request(
                exchange.getRequestURI().getPath(),
                String.valueOf(exchange.getRequestHeaders().getFirst("X-Vault-Token")),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        requests.add(request);
        Answer answer = answers.apply(request);
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", answer.type());
        exchange.getResponseHeaders().add("Location", address() + "/v1/elsewhere");
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Logs in by AppRole, and signs for the token. */
    Answer good(Request request) {
        if (request.path().equals("/v1/auth/approle/login")) {
            JsonObject login = Json.parse(request.body()).asObject();
            return login.getString("role_id", "").equals(ROLE_ID)
                            && login.getString("secret_id", "").equals(SECRET_ID)
                    ? Answer.json(
                            200,
                            "{\"auth\":{\"renewable\":true,\"lease_duration\":1200,\"metadata\":null,"
                                    + "\"policies\":[\"default\"],\"token_policies\":[\"default\"],\"accessor\":\"a\",\"client_token\":\""
                                    + TOKEN
                                    + "\"},\"warnings\":null,\"wrap_info\":null,\"data\":null,\"lease_duration\":0,"
                                    + "\"renewable\":false,\"lease_id\":\"\"}")
                    : Answer.json(400, "{\"errors\":[\"invalid role or secret ID\"]}");
        } else if (!request.token().equals(TOKEN)) {
            return error(403, "permission denied");
        } else if (!request.path().equals("/v1/pki/sign/valkey-client")) {
            return error(404, "no handler for route");
        }
        return signed(builder(request).build());
    }

    /** A certificate as the request wants it. */
    TestCertificateBuilder builder(Request request) {
        return builder(request, key(request.csr()));
    }

    TestCertificateBuilder builder(Request request, KeyPair key) {
        PKCS10CertificationRequest csr = request.csr();
        TestCertificateBuilder builder =
                intermediate.issue().subject(csr.getSubject().toString()).keyPair(key);
        GeneralNames names =
                GeneralNames.fromExtensions(csr.getRequestedExtensions(), Extension.subjectAlternativeName);
        for (GeneralName name : names == null ? new GeneralName[0] : names.getNames()) {
            String text = name.getName().toString();
            builder = name.getTagNo() == GeneralName.dNSName ? builder.dnsName(text) : builder.uri(text);
        }
        return builder;
    }

    private static KeyPair key(PKCS10CertificationRequest csr) {
        try {
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(csr);
            if (!csr.isSignatureValid(new JcaContentVerifierProviderBuilder().build(request.getPublicKey()))) {
                throw new IllegalArgumentException("the request is not signed with its key");
            }
            return new KeyPair(request.getPublicKey(), null);
        } catch (Exception e) {
            throw new IllegalArgumentException(e);
        }
    }

    Answer signed(TestCertificate leaf) {
        return Answer.json(
                200,
                new JsonObject()
                        .add("lease_id", "")
                        .add("renewable", false)
                        .add("lease_duration", 0)
                        .add(
                                "data",
                                new JsonObject()
                                        .add("expiration", 1654105687)
                                        .add("certificate", leaf.certificatePem())
                                        .add("issuing_ca", intermediate.certificatePem())
                                        .add("ca_chain", Json.array(intermediate.certificatePem(), ca.certificatePem()))
                                        .add("serial_number", "1d:2e:c6"))
                        .add("warnings", Json.NULL)
                        .add("auth", Json.NULL)
                        .toString());
    }

    static Answer error(int status, String text) {
        return Answer.json(status, "{\"errors\":[\"" + text + "\"]}");
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
