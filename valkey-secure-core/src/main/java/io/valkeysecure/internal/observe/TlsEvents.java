package io.valkeysecure.internal.observe;

import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.observe.ClosedConnection;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * Writes notifications as events of the JDK's Flight Recorder, so that a recording alone explains an incident. Without
 * a recording an event costs one check of a flag.
 */
public final class TlsEvents implements TlsListener {
    private static final String NONE = "none";

    /** The common part of the events. */
    @Category("valkey-secure")
    @StackTrace(false)
    abstract static class TlsEvent extends Event {}

    /** A handshake, at its verdict. */
    @Name("io.valkeysecure.Handshake")
    @Label("TLS handshake")
    @Description("A handshake with a Valkey server, verified or refused, at the moment of the verdict")
    static final class Handshake extends TlsEvent {
        @Label("Endpoint")
        String endpoint = "";

        @Label("Client")
        String client = "";

        @Label("Refused")
        boolean refused;

        @Label("Reason")
        String reason = NONE;

        @Label("Message")
        String message = "";

        @Label("TLS version")
        String version = NONE;

        @Label("Cipher suite")
        String cipherSuite = NONE;

        @Label("Key-exchange group")
        String group = NONE;

        @Label("Resumed")
        boolean resumed;

        @Label("Generation")
        long generation;

        @Label("Elapsed")
        @Timespan(Timespan.NANOSECONDS)
        long elapsed;
    }

    /** New material, in force or not. */
    @Name("io.valkeysecure.Reload")
    @Label("TLS material reload")
    @Description("New trust anchors, identity or CRLs came into force, or could not be proved")
    static final class Reload extends TlsEvent {
        @Label("Generation in force")
        long generation;

        @Label("Failed")
        boolean failed;

        @Label("Reason")
        String reason = NONE;

        @Label("Message")
        String message = "";

        @Label("Digest in force")
        String digest = "";
    }

    /** A connection that was closed because the material changed. */
    @Name("io.valkeysecure.ConnectionClosed")
    @Label("TLS connection closed")
    @Description("A connection was replaced or closed since the material changed")
    static final class ConnectionClosed extends TlsEvent {
        @Label("Endpoint")
        String endpoint = "";

        @Label("Client")
        String client = "";

        @Label("Way")
        String way = "";

        @Label("Reason")
        String reason = "";

        @Label("Generation")
        long generation;
    }

    /** A certificate or CRL that ends soon. */
    @Name("io.valkeysecure.ExpiryNear")
    @Label("TLS expiry near")
    @Description("A certificate or a CRL comes near its end")
    static final class ExpiryNear extends TlsEvent {
        @Label("Role")
        String role = "";

        @Label("Subject")
        String subject = "";

        @Label("Remaining")
        @Timespan(Timespan.SECONDS)
        long remaining;
    }

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        Handshake event = new Handshake();
        if (event.shouldCommit()) {
            event.endpoint = handshake.endpoint().toString();
            event.client = handshake.client().tag();
            event.version = handshake.version().protocol();
            event.cipherSuite = handshake.cipherSuite();
            event.group = handshake.keyExchangeGroup().orElse(NONE);
            event.resumed = handshake.resumed();
            event.generation = handshake.generation();
            event.elapsed = handshake.elapsed().toNanos();
            event.commit();
        }
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        Handshake event = new Handshake();
        if (event.shouldCommit()) {
            event.endpoint = refusal.endpoint().toString();
            event.client = client.tag();
            event.refused = true;
            event.reason = refusal.reason().tag();
            event.message = String.valueOf(refusal.getMessage());
            event.elapsed = elapsed.toNanos();
            event.commit();
        }
    }

    @Override
    public void connectionClosed(ClosedConnection connection) {
        ConnectionClosed event = new ConnectionClosed();
        if (event.shouldCommit()) {
            event.endpoint = connection.handshake().endpoint().toString();
            event.client = connection.handshake().client().tag();
            event.way = connection.way().tag();
            event.reason = connection.reason().tag();
            event.generation = connection.handshake().generation();
            event.commit();
        }
    }

    @Override
    public void materialReloaded(TlsStatus status) {
        Reload event = new Reload();
        if (event.shouldCommit()) {
            event.generation = status.generation();
            event.digest = status.digest();
            event.commit();
        }
    }

    @Override
    public void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {
        Reload event = new Reload();
        if (event.shouldCommit()) {
            event.generation = status.generation();
            event.digest = status.digest();
            event.failed = true;
            event.reason = cause.reason().tag();
            event.message = String.valueOf(cause.getMessage());
            event.commit();
        }
    }

    @Override
    public void expiryNear(ExpiryWarning warning) {
        ExpiryNear event = new ExpiryNear();
        if (event.shouldCommit()) {
            event.role = warning.role().tag();
            event.subject = warning.subject();
            event.remaining = warning.remaining().toSeconds();
            event.commit();
        }
    }
}
