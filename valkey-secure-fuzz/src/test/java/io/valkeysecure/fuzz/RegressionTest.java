package io.valkeysecure.fuzz;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whatever was a finding of {@code ./verify fuzz} stays mended. */
class RegressionTest {
    @TestFactory
    List<DynamicTest> input_onceFound_keepsTheProperties() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : Targets.names()) {
            FuzzTarget target = Targets.named(name);
            for (Regressions.Input input : Regressions.of(name)) {
                tests.add(DynamicTest.dynamicTest(
                        name + " " + input.name(), () -> Properties.check(target, input.bytes())));
            }
        }
        return tests;
    }
}
