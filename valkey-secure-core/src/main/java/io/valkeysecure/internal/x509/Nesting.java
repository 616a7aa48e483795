package io.valkeysecure.internal.x509;

/**
 * Limits how deep values are nested, before a recursive parser sees them. The parsers of the JDK and of Bouncy Castle
 * recurse once for each level, and 5,000 levels fit into 20 KB.
 *
 * <p>The scan itself does not recurse. It scans OCTET STRINGs and BIT STRINGs, too, because extensions, responses and
 * key stores wrap values in them. It does not check that the encoding is valid: after an invalid header it skips the
 * enclosing value, which no parser reads further, either.
 */
public final class Nesting {
    /** Levels that are allowed. A certificate needs 14, one in an OCSP response 22, one in a key store 28. */
    public static final int LEVELS = 64;

    private static final int CONSTRUCTED = 0x20;
    private static final int TAG_NUMBER = 0x1f;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int INDEFINITE = -1;
    private static final int INVALID = -2;

    private final byte[] encoded;
    private final int[] ends = new int[LEVELS + 1];
    private final boolean[] indefinite = new boolean[LEVELS + 1];
    private int level;
    private int position;

    private Nesting(byte[] encoded) {
        this.encoded = encoded;
        ends[0] = encoded.length;
    }

    /**
     * Checks the nesting of encoded values.
     *
     * @param encoded BER or DER, well-formed or not
     * @throws MalformedException if there are more than {@link #LEVELS} levels
     */
    public static void require(byte[] encoded) throws MalformedException {
        new Nesting(encoded).scan();
    }

    private void scan() throws MalformedException {
        while (true) {
            while (level > 0 && position >= ends[level]) {
                level--;
            }
            if (position >= ends[level]) {
                return;
            }
            int tag = encoded[position] & 0xff;
            if (tag == 0 && indefinite[level] && position + 1 < ends[level] && encoded[position + 1] == 0) {
                position += 2;
                level--;
                continue;
            }
            int length = header(tag);
            if (length == INVALID) {
                position = ends[level];
            } else if ((tag & CONSTRUCTED) != 0) {
                enter(length == INDEFINITE ? ends[level] : position + length, length == INDEFINITE);
            } else if (length == INDEFINITE) {
                position = ends[level];
            } else if (tag == OCTET_STRING || (tag == BIT_STRING && length > 0)) {
                int end = position + length;
                position += tag == BIT_STRING ? 1 : 0;
                enter(end, false);
            } else {
                position += length;
            }
        }
    }

    private void enter(int end, boolean untilMarker) throws MalformedException {
        if (level == LEVELS) {
            throw new MalformedException("nests values more than " + LEVELS + " levels deep");
        }
        level++;
        ends[level] = end;
        indefinite[level] = untilMarker;
    }

    /** Skips tag and length, and returns the length. */
    private int header(int tag) {
        int end = ends[level];
        int at = position + 1;
        if ((tag & TAG_NUMBER) == TAG_NUMBER) {
            while (at < end && encoded[at] < 0) {
                at++;
            }
            at++;
        }
        if (at >= end) {
            return INVALID;
        }
        int first = encoded[at++] & 0xff;
        long length = first;
        if (first == 0x80) {
            position = at;
            return INDEFINITE;
        }
        if (first > 0x80) {
            int octets = first & 0x7f;
            length = 0;
            for (int i = 0; i < octets; i++, at++) {
                if (at >= end || length > end) {
                    return INVALID;
                }
                length = length << 8 | (encoded[at] & 0xff);
            }
        }
        if (length > end - at) {
            return INVALID;
        }
        position = at;
        return (int) length;
    }
}
