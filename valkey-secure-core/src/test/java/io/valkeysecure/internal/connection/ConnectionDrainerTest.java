package io.valkeysecure.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.observe.GuardedListener;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When connections are asked to close, and when they are closed, by a clock that only the test moves. */
class ConnectionDrainerTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").build();

    /** A window of 100 s, and one connection in 1.25 s. */
    private static final Rotation SLOW = Rotation.builder()
            .drainWindow(Duration.ofSeconds(100))
            .reconnectsPerSecond(1)
            .build();

    private final SecureTls tls = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
            .withoutClientIdentity()
            .build();
    private final GuardedListener listener = new GuardedListener(List.of());
    private final OpenConnections open = new OpenConnections(listener);
    private final List<Opened> connections = new ArrayList<>();
    private long now = Duration.ofHours(1).toNanos();

    @AfterEach
    void close() {
        listener.close();
        tls.close();
    }

    private ConnectionDrainer drainer(Rotation rotation) {
        return new ConnectionDrainer(open, rotation, () -> now);
    }

    private List<TrackedConnection> open(int count) {
        Generation generation = Opened.current(tls);
        List<TrackedConnection> tracked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Opened connection = new Opened();
            connections.add(connection);
            TrackedConnection each = connection.under(generation, SERVER);
            open.add(each);
            tracked.add(each);
        }
        return tracked;
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static TrackedConnection.Drain drain(TrackedConnection tracked) {
        TrackedConnection.Drain drain = tracked.drain;
        assertThat(drain).isNotNull();
        return drain;
    }

    private long asked() {
        return connections.stream().filter(each -> each.asked > 0).count();
    }

    @Test
    void schedule_spreadsAskingOverTheFirstHalfAndClosingOverTheSecond() {
        ConnectionDrainer drainer = drainer(SLOW);
        List<TrackedConnection> tracked = open(4);
        assertThat(drainer.isDraining()).isFalse();

        drainer.schedule(tracked);

        assertThat(drainer.isDraining()).isTrue();
        assertThat(tracked.stream()
                        .map(ConnectionDrainerTest::drain)
                        .sorted(Comparator.comparing(each -> each.dueNanos())))
                .containsExactly(due(0, 62_500), due(12_500, 75_000), due(25_000, 87_500), due(37_500, 100_000));
    }

    private TrackedConnection.Drain due(int askedMillis, int closedMillis) {
        return new TrackedConnection.Drain(
                false,
                now + Duration.ofMillis(askedMillis).toNanos(),
                now + Duration.ofMillis(closedMillis).toNanos());
    }

    @Test
    void schedule_withoutDraining_changesNothing() {
        ConnectionDrainer drainer = drainer(Rotation.builder().withoutDraining().build());
        List<TrackedConnection> tracked = open(2);

        drainer.schedule(tracked);

        assertThat(drainer.isDraining()).isFalse();
        assertThat(tracked).allSatisfy(each -> assertThat(each.drain).isNull());
    }

    @Test
    void isDraining_otherConnectionsOpen_isStillTrue() {
        ConnectionDrainer drainer = drainer(SLOW);
        List<TrackedConnection> tracked = open(3);

        drainer.schedule(tracked.subList(0, 1));

        assertThat(drainer.isDraining()).isTrue();
        open.remove(tracked.get(0));
        assertThat(drainer.isDraining()).isFalse();
    }

    @Test
    void drain_whenDue_asksAgainAndAgainUntilTheWindowIsOver() {
        ConnectionDrainer drainer = drainer(SLOW);
        TrackedConnection tracked = open(1).get(0);
        Opened connection = connections.get(0);
        drainer.schedule(List.of(tracked));

        drainer.drain();
        assertThat(connection.asked).isEqualTo(1);
        pass(Duration.ofSeconds(2));
        drainer.drain();
        assertThat(connection.asked).isEqualTo(2);
        pass(Duration.ofSeconds(98).minusNanos(1));
        drainer.drain();
        assertThat(connection.asked).isEqualTo(3);
        assertThat(connection.closedBy).isNull();
        pass(Duration.ofNanos(1));
        drainer.drain();
        assertThat(connection.closedBy).isNotNull();
        assertThat(RefusalReason.of(connection.closedBy)).contains(RefusalReason.DRAINED);
        assertThat(open).isEmpty();
    }

    @Test
    void drain_askedLate_stillHasHalfAWindow() {
        ConnectionDrainer drainer = drainer(SLOW);
        TrackedConnection tracked = open(1).get(0);
        drainer.schedule(List.of(tracked));
        pass(Duration.ofSeconds(90));

        drainer.drain();

        long end = now + Duration.ofSeconds(50).toNanos();
        assertThat(drain(tracked)).isEqualTo(new TrackedConnection.Drain(true, end, end));
    }

    @Test
    void drain_manyAreDue_asksOneInTheTimeOfOneAndTheEarliestFirst() {
        ConnectionDrainer drainer = drainer(SLOW);
        List<TrackedConnection> tracked = open(8);
        drainer.schedule(tracked);
        tracked.sort(Comparator.comparing(each -> drain(each).dueNanos()));
        pass(Duration.ofSeconds(49));

        for (int i = 0; i < 8; i++) {
            drainer.drain();
            assertThat(asked()).isEqualTo(i + 1);
            assertThat(drain(tracked.get(i)).asked()).isTrue();
            drainer.drain();
            assertThat(asked()).isEqualTo(i + 1);
            // the first may catch up with 100 ms
            pass(Duration.ofMillis(i == 0 ? 1_150 : 1_250).minusNanos(1));
            drainer.drain();
            assertThat(asked()).isEqualTo(i + 1);
            pass(Duration.ofNanos(1));
        }
    }
}
