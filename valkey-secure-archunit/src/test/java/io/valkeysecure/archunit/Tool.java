package io.valkeysecure.archunit;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import de.thetaphi.forbiddenapis.Checker;
import de.thetaphi.forbiddenapis.ForbiddenApiException;
import de.thetaphi.forbiddenapis.Logger;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What finds raw clients in byte code. */
enum Tool {
    FORBIDDEN_APIS {
        @Override
        List<String> violations(Uses uses) throws Exception {
            List<String> errors = new ArrayList<>();
            Checker checker = new Checker(
                    new Errors(errors),
                    Tool.class.getClassLoader(),
                    Checker.Option.FAIL_ON_VIOLATION,
                    Checker.Option.FAIL_ON_UNRESOLVABLE_SIGNATURES);
            for (String file : List.of("lettuce.txt", "jedis.txt", "redisson.txt", "spring.txt")) {
                try (InputStream signatures = Tool.class.getResourceAsStream("/io/valkeysecure/forbidden/" + file)) {
                    assertThat(signatures).as(file).isNotNull();
                    checker.parseSignaturesFile(signatures, file);
                }
            }
            checker.addClassesToCheck(
                    uses.classFiles().stream().map(Path::toFile).toArray(File[]::new));
            try {
                checker.run();
                return List.of();
            } catch (ForbiddenApiException violations) {
                return errors;
            }
        }
    },
    ARCHUNIT {
        @Override
        List<String> violations(Uses uses) {
            return violations(GuardedConnections.ALL, uses.classes());
        }
    };

    private static final Pattern LINE = Pattern.compile("\\(Uses\\.java:(\\d+)\\)");

    abstract List<String> violations(Uses uses) throws Exception;

    static List<String> violations(ArchRule rule, Path classes) {
        return rule.evaluate(new ClassFileImporter().importPath(classes))
                .getFailureReport()
                .getDetails();
    }

    /** {@return the statements that the tool finds} */
    Set<String> found(Uses uses) throws Exception {
        List<String> violations = violations(uses);
        Set<String> found = new TreeSet<>();
        violations.forEach(violation -> LINE.matcher(violation)
                .results()
                .forEach(match -> found.add(uses.onLine(Integer.parseInt(match.group(1))))));
        assertThat(found.isEmpty())
                .as("violations without a line: %s", violations)
                .isEqualTo(violations.isEmpty());
        return found;
    }

    private record Errors(List<String> lines) implements Logger {
        @Override
        public void error(String message) {
            lines.add(message);
        }

        @Override
        public void warn(String message) {
            throw new AssertionError("a signature was skipped or changed: " + message);
        }

        @Override
        public void info(String message) {}

        @Override
        public void debug(String message) {}
    }
}
