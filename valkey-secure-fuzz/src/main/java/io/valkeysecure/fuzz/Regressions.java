package io.valkeysecure.fuzz;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Inputs that were findings once, kept as resources in a directory for each target. */
final class Regressions {
    /** An input, under the name of its file. */
    static final class Input {
        private final Path file;
        private final byte[] bytes;

        Input(Path file) throws IOException {
            this.file = file;
            this.bytes = Files.readAllBytes(file);
        }

        String name() {
            return String.valueOf(file.getFileName());
        }

        byte[] bytes() {
            return bytes.clone();
        }
    }

    private Regressions() {}

    static List<Input> of(String target) throws IOException {
        URL folder = Regressions.class.getResource("regressions/" + target);
        if (folder == null) {
            return List.of();
        }
        try {
            URI uri = folder.toURI();
            if (!uri.getScheme().equals("jar")) {
                return in(Path.of(uri));
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return in(jar.provider().getPath(uri));
            }
        } catch (URISyntaxException e) {
            throw new IOException("no path: " + folder, e);
        }
    }

    private static List<Input> in(Path folder) throws IOException {
        List<Input> inputs = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                inputs.add(new Input(file));
            }
        }
        return inputs;
    }
}
