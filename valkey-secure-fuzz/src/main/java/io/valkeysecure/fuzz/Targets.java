package io.valkeysecure.fuzz;

import io.valkeysecure.cli.doctor.AnswersTarget;
import io.valkeysecure.cli.doctor.probe.ServerHelloTarget;
import io.valkeysecure.cli.resp.RespTarget;
import io.valkeysecure.lettuce.GateTarget;
import io.valkeysecure.lettuce.UriTarget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** All targets, by name; one is made when it is asked for. */
final class Targets {
    private static final Map<String, Callable<FuzzTarget>> ALL = all();

    private Targets() {}

    private static Map<String, Callable<FuzzTarget>> all() {
        Map<String, Callable<FuzzTarget>> all = new LinkedHashMap<>();
        all.put("certificates", CertificateTarget::new);
        all.put("revocation-lists", CrlTarget::new);
        all.put("ocsp-answers", OcspTarget::new);
        all.put("pem", PemTarget::new);
        all.put("stores", StoreTarget::new);
        all.put("first-bytes", FirstBytesTarget::new);
        all.put("handshakes", HandshakeTarget::new);
        all.put("resp", RespTarget::new);
        all.put("doctor-server-hello", ServerHelloTarget::new);
        all.put("doctor-answers", AnswersTarget::new);
        all.put("uris", UriTarget::new);
        all.put("names", NameTarget::new);
        all.put("gate", GateTarget::new);
        return all;
    }

    static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    static FuzzTarget named(String name) {
        Callable<FuzzTarget> maker = ALL.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("no target " + name + ", there are " + String.join(", ", ALL.keySet()));
        }
        try {
            return maker.call();
        } catch (Exception e) {
            throw new IllegalStateException("the target " + name + " cannot be made", e);
        }
    }
}
