package io.valkeysecure;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** The dependency rules of core, read from its compiled classes. */
class ArchitectureTest {
    // By directory, not by package: the test kit shares the prefix and is on the class path of this test.
    private static final JavaClasses CORE = new ClassFileImporter().importPath(Path.of("target", "classes"));

    private static final String[] CLIENTS_AND_NETTY = {"io.netty..", "io.lettuce..", "redis.clients.."};

    @Test
    void core_anyClass_dependsOnNoClientLibraryAndNotOnNetty() {
        check(noClasses().should().dependOnClassesThat().resideInAnyPackage(CLIENTS_AND_NETTY));
    }

    @Test
    void core_outsideInternal_doesNotSeeBouncyCastle() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.valkeysecure.internal..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.bouncycastle.."));
    }

    @Test
    void core_outsideMicrometerPackage_doesNotSeeMicrometer() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.valkeysecure.micrometer..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.micrometer.."));
    }

    @Test
    void core_internalPackages_areFreeOfCycles() {
        check(slices().matching("io.valkeysecure.internal.(**)").should().beFreeOfCycles());
    }

    /** Only what ships with the JDK, and ourselves, may be named where a caller can see it. */
    @Test
    void core_publicSignatures_nameOnlyTheJdkAndUs() {
        Set<String> foreign = CORE.stream()
                .filter(type -> type.getPackageName().equals("io.valkeysecure"))
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .flatMap(type -> signatureTypes(type)
                        .filter(resideInAnyPackage("java..", "javax.net.ssl..", "javax.security..", "io.valkeysecure")
                                .negate())
                        .filter(seen -> !seen.isPrimitive())
                        .map(seen -> type.getSimpleName() + " names " + seen.getName()))
                .collect(Collectors.toSet());
        assertThat(foreign).isEmpty();
    }

    @Test
    void core_anyClass_writesNoOutputAndUsesNoDefaultOfTheJvm() {
        check(noClasses()
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(SSLContext.class, "getDefault")
                .orShould()
                .callMethod(SSLContext.class, "setDefault", SSLContext.class)
                .orShould()
                .callMethodWhere(targetOwner(assignableTo(HttpsURLConnection.class)))
                .orShould()
                .callMethod(Throwable.class, "printStackTrace"));
    }

    /** Tests wait for what they wait for, and not for a time. */
    @Test
    void tests_anyClass_doesNotSleep() {
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .check(new ClassFileImporter().importPath(Path.of("target", "test-classes")));
    }

    private static Stream<JavaClass> signatureTypes(JavaClass type) {
        Stream<JavaClass> units = type.getCodeUnits().stream()
                .filter(unit -> isVisible(unit.getModifiers()))
                .flatMap(ArchitectureTest::typesOf);
        Stream<JavaClass> fields = type.getFields().stream()
                .filter(field -> isVisible(field.getModifiers()))
                .map(JavaField::getType)
                .flatMap(seen -> seen.getAllInvolvedRawTypes().stream());
        Stream<JavaClass> parents = Stream.concat(type.getRawInterfaces().stream(), type.getRawSuperclass().stream());
        return Stream.of(units, fields, parents).flatMap(types -> types).map(JavaClass::getBaseComponentType);
    }

    private static Stream<JavaClass> typesOf(JavaCodeUnit unit) {
        return Stream.of(
                        unit.getReturnType().getAllInvolvedRawTypes().stream(),
                        unit.getParameterTypes().stream().flatMap(seen -> seen.getAllInvolvedRawTypes().stream()),
                        unit.getExceptionTypes().stream())
                .flatMap(types -> types);
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CORE);
    }
}
