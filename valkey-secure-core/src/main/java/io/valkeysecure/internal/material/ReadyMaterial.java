package io.valkeysecure.internal.material;

/** Material in memory. */
record ReadyMaterial<T>(T value, String describe) implements Material<T> {
    @Override
    public T parse(FileSnapshot snapshot) {
        return value;
    }
}
