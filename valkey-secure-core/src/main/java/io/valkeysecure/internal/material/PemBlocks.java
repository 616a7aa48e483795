package io.valkeysecure.internal.material;

import io.valkeysecure.internal.x509.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The complete blocks of a PEM text (RFC 7468). Text around the blocks is ignored, unless it looks like a part of a
 * damaged block, which is refused: a skipped block may be the anchor or the CRL that matters.
 */
public final class PemBlocks {
    /** The length from which a line of base64 is taken for a part of a block. */
    private static final int ENCODED_CHARACTERS = 60;

    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----");
    private static final Pattern BOUNDARY_WORD = Pattern.compile("--.*\\b(BEGIN|END)\\b|\\b(BEGIN|END)\\b.*--");
    private static final Pattern DASHED = Pattern.compile("-----\\w.*|.*\\w-----");
    private static final Pattern ENCODED = Pattern.compile("[A-Za-z0-9+/]+={0,2}");
    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-fA-F]+");

    /**
     * A block.
     *
     * @param label the word between BEGIN and the dashes, such as {@code CERTIFICATE}
     * @param text the block, from BEGIN to END
     * @param content what its base64 encodes
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, and not compared
    public record Block(String label, String text, byte[] content) {}

    private PemBlocks() {}

    /**
     * Reads the blocks of a text.
     *
     * @param text the bytes of a PEM file
     * @return the blocks in order; empty if there is none
     * @throws MalformedException if a block is damaged or cut off; the problem begins with the number of the block
     */
    public static List<Block> read(byte[] text) throws MalformedException {
        List<Block> blocks = new ArrayList<>();
        List<String> lines =
                new String(text, StandardCharsets.ISO_8859_1).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).stripTrailing();
            Matcher begin = BEGIN.matcher(line);
            if (begin.matches()) {
                int end = endOf(lines, i, begin.group(1), blocks.size() + 1);
                blocks.add(block(begin.group(1), lines.subList(i, end + 1), blocks.size() + 1));
                i = end;
            } else if (isRemainder(line)) {
                throw damaged(blocks.size() + 1);
            }
        }
        return blocks;
    }

    private static boolean isRemainder(String line) {
        return BOUNDARY_WORD.matcher(line).find()
                || DASHED.matcher(line).matches()
                || (line.length() >= ENCODED_CHARACTERS
                        && ENCODED.matcher(line).matches()
                        && !HEXADECIMAL.matcher(line).matches());
    }

    private static int endOf(List<String> lines, int begin, String label, int number) throws MalformedException {
        for (int i = begin + 1; i < lines.size(); i++) {
            String line = lines.get(i).stripTrailing();
            if (line.equals("-----END " + label + "-----")) {
                return i;
            } else if (line.contains("--")) {
                throw damaged(number);
            }
        }
        throw damaged(number);
    }

    /** Old encrypted keys have headers before their base64 (RFC 1421). */
    private static Block block(String label, List<String> lines, int number) throws MalformedException {
        StringBuilder encoded = new StringBuilder();
        for (String line : lines.subList(1, lines.size() - 1)) {
            if (!line.contains(":")) {
                encoded.append(line.strip());
            } else if (!encoded.isEmpty()) {
                throw damaged(number);
            }
        }
        try {
            byte[] content = Base64.getDecoder().decode(encoded.toString());
            return new Block(label, String.join("\n", lines) + "\n", content);
        } catch (IllegalArgumentException e) {
            throw damaged(number);
        }
    }

    static MalformedException damaged(int number) {
        return new MalformedException("block " + number
                + " is malformed or cut off (expected -----BEGIN ...-----, base64, -----END ...-----)");
    }
}
