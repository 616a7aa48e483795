package io.valkeysecure.internal.material;

import java.util.function.UnaryOperator;

/** Material of a source; the check refuses values that cannot be used. */
record SuppliedMaterial<T>(Supply<T> supply, UnaryOperator<T> check) implements Material<T> {
    @Override
    public T parse(FileSnapshot snapshot) {
        return check.apply(snapshot.value(supply));
    }

    @Override
    public String describe() {
        return "source " + supply;
    }
}
