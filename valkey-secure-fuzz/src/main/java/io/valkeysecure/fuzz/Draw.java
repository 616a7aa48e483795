package io.valkeysecure.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Reads decisions from the bytes of an input; past the end every decision is zero. */
public final class Draw {
    private final byte[] input;
    private int at;

    /**
     * Begins at the first byte.
     *
     * @param input the bytes
     */
    public Draw(byte[] input) {
        this.input = input.clone();
    }

    /**
     * Returns whether all bytes were read.
     *
     * @return whether only zeros follow
     */
    public boolean isEmpty() {
        return at >= input.length;
    }

    /**
     * Returns the next byte.
     *
     * @return 0 to 255
     */
    public int octet() {
        return isEmpty() ? 0 : input[at++] & 0xff;
    }

    /**
     * Returns a decision among few.
     *
     * @param bound how many there are, at most 65536
     * @return 0 to {@code bound - 1}
     */
    public int below(int bound) {
        int value = bound > 256 ? octet() << 8 | octet() : octet();
        return value % Math.max(1, bound);
    }

    /**
     * Returns one of a list.
     *
     * @param from the list
     * @param <T> of what
     * @return an element
     */
    public <T> T of(List<T> from) {
        return from.get(below(from.size()));
    }

    /**
     * Returns whether the next byte is odd.
     *
     * @return the decision
     */
    public boolean yes() {
        return (octet() & 1) == 1;
    }

    /**
     * Returns bytes, fewer at the end.
     *
     * @param count how many at most
     * @return the bytes
     */
    public byte[] bytes(int count) {
        int end = Math.min(input.length, at + count);
        byte[] taken = Arrays.copyOfRange(input, Math.min(at, end), end);
        at = end;
        return taken;
    }

    /**
     * Returns all that is left.
     *
     * @return the bytes
     */
    public byte[] rest() {
        return bytes(input.length);
    }

    /**
     * Returns all that is left as text.
     *
     * @return the text, in UTF-8
     */
    public String text() {
        return new String(rest(), StandardCharsets.UTF_8);
    }
}
