package io.valkeysecure.cli.base;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;

/** Text and bytes to one stream, in the order in which they are written. */
public final class ByteWriter extends PrintWriter {
    private final OutputStream stream;

    /**
     * Makes a writer.
     *
     * @param stream where to
     * @param charset of texts
     */
    public ByteWriter(OutputStream stream, Charset charset) {
        super(stream, true, charset);
        this.stream = stream;
    }

    void write(byte[] bytes) {
        flush();
        try {
            stream.write(bytes);
            stream.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
