package io.valkeysecure.internal.generation;

import io.valkeysecure.internal.material.MaterialReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The attributes by which a file is seen to have changed, without reading it: its time, its size and its inode. */
final class FileAttributes {
    private FileAttributes() {}

    /** {@return the attributes of files: another value means that one may have changed} */
    static List<Object> of(List<Path> files, MaterialReader.Progress progress) {
        List<Object> look = new ArrayList<>();
        for (Path file : files) {
            look.add(file);
            progress.reading(file.toString());
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                look.add(attributes.lastModifiedTime());
                look.add(attributes.size());
                look.add(Objects.requireNonNullElse(attributes.fileKey(), "no key"));
            } catch (IOException e) {
                look.add(e.getClass());
            }
        }
        return look;
    }
}
