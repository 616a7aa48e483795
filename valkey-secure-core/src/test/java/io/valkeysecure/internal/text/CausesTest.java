package io.valkeysecure.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.Refusal;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CausesTest {
    private static Throwable circle() {
        Exception first = new Exception("first");
        first.initCause(new Exception("second", first));
        return first;
    }

    @Test
    void of_chain_isTheCausesInOrder() {
        IOException last = new IOException("last");
        Exception middle = new Exception("middle", last);
        Exception first = new Exception("first", middle);
        middle.addSuppressed(new Exception("beside"));

        assertThat(Causes.of(first)).containsExactly(first, middle, last);
    }

    @Test
    void withSuppressed_tree_isNearestFirst() {
        IOException last = new IOException("last");
        Exception middle = new Exception("middle", last);
        Exception beside = new Exception("beside");
        Exception first = new Exception("first", middle);
        first.addSuppressed(beside);

        assertThat(Causes.withSuppressed(first)).containsExactly(first, middle, beside, last);
    }

    @Test
    void of_circle_endsAndHasEachOnce() {
        assertThat(Causes.of(circle())).extracting(Throwable::getMessage).containsExactly("first", "second");
        assertThat(Causes.withSuppressed(circle())).hasSize(2);
        assertThat(Refusal.of(circle())).isEmpty();
    }

    /** A cause that makes a new one whenever it is asked. */
    private static final class Endless extends Exception {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable getCause() {
            return new Endless();
        }
    }

    private static final class Throwing extends Exception {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("not to be asked");
        }
    }

    @Test
    void of_endlessChain_isCut() {
        assertThat(Causes.of(new Endless())).hasSize(10_000);
        assertThat(Causes.withSuppressed(new Endless())).hasSize(10_000);
    }

    @Test
    void of_causeThatCannotBeAsked_isTheLast() {
        Throwing throwing = new Throwing();

        assertThat(Causes.of(throwing)).containsExactly(throwing);
        assertThat(Causes.withSuppressed(throwing)).containsExactly(throwing);
    }
}
