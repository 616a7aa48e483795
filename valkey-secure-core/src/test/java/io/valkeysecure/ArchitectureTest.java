package io.valkeysecure;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
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
import io.valkeysecure.internal.observe.StandardLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
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

    /**
     * The internal packages, each with the internal packages that it uses. A package uses only packages of the lines
     * above.
     */
    private static final Map<String, Set<String>> LAYERS = layers(
            "text:",
            "thread:",
            "root:",
            "x509: text",
            "engine: text",
            "observe: text thread",
            "material: root text thread x509",
            "verify: root text x509",
            "revocation: material root text x509",
            "generation: engine material observe revocation root text verify x509",
            "connection: generation material observe root text thread",
            "handshake: connection engine generation observe root text",
            "adapter: handshake root text");

    /** The exported types that each internal package uses. */
    private static final Map<String, Set<String>> VOCABULARY = layers(
            "text:",
            "thread:",
            "root: Endpoint PeerRejectedException RefusalReason SecureTls TlsConfigurationException TlsHandshakeException"
                    + " TlsVersion ValidatedPath VerifiedHandshake adapter.ClientLibrary",
            "x509:",
            "engine: RefusalReason",
            "observe: Endpoint RefusalReason TlsConfigurationException TlsHandshakeException TlsVersion VerifiedHandshake"
                    + " adapter.ClientLibrary observe.ClosedConnection observe.ExpiryWarning observe.TlsListener"
                    + " observe.TlsStatus",
            "material: RefusalReason TlsConfigurationException",
            "verify: PeerRejectedException RefusalReason",
            "revocation: PeerRejectedException RefusalReason",
            "generation: Endpoint Engine PeerRejectedException RefusalReason Rotation SpkiPin TlsConfigurationException"
                    + " TlsPolicy TlsVersion ValidatedPath VerifiedHandshake adapter.ClientLibrary observe.TlsStatus",
            "connection: Endpoint PeerRejectedException RefusalReason Rotation TlsPolicy ValidatedPath VerifiedHandshake"
                    + " adapter.ClientLibrary adapter.ManagedConnection observe.ClosedConnection observe.ExpiryWarning"
                    + " observe.TlsListener observe.TlsStatus",
            "handshake: Endpoint PeerRejectedException RefusalReason TlsHandshakeException TlsPolicy TlsVersion"
                    + " VerifiedHandshake adapter.ClientLibrary adapter.ManagedConnection observe.TlsListener",
            "adapter: RefusalReason SecureTls TlsHandshakeException adapter.TlsHandshake");

    /** The exported types that build on internal packages, each with the packages that it reaches. */
    private static final Map<String, Set<String>> BUILDERS = layers(
            "ChainVerifier: generation observe",
            "ClientIdentity: material",
            "Refusal: handshake",
            "RefusalReason: root",
            "Revocation: revocation",
            "RootConstructors: root",
            "SecureTls: connection generation handshake",
            "ServerIdentity: x509",
            "TrustAnchors: material",
            "VerifiedHandshake: root",
            "adapter.ManagedConnection: handshake",
            "adapter.TlsHandshake: handshake root");

    @Test
    void core_internalPackage_usesOnlyPackagesAbove() {
        Set<String> above = new HashSet<>();
        LAYERS.forEach((internal, used) -> {
            assertThat(above)
                    .as("the packages that " + internal + " uses stand above it")
                    .containsAll(used);
            above.add(internal);
        });
        assertThat(used(ArchitectureTest::isInternal, ArchitectureTest::isInternal))
                .isEqualTo(LAYERS);
    }

    @Test
    void core_internalPackage_usesOnlyItsVocabularyOfExportedTypes() {
        assertThat(used(ArchitectureTest::isInternal, type -> !isInternal(type)))
                .isEqualTo(VOCABULARY);
    }

    /** Every type may make text printable; only builders may use other internal packages. */
    @Test
    void core_exportedType_usesInternalPackagesOnlyIfItIsABuilder() {
        Map<String, Set<String>> used = used(type -> !isInternal(type), ArchitectureTest::isInternal);
        used.values().forEach(packages -> packages.remove("text"));
        used.values().removeIf(Set::isEmpty);
        assertThat(used).isEqualTo(BUILDERS);
    }

    /** The names that each package or type of one side uses on the other side. */
    private static Map<String, Set<String>> used(Predicate<JavaClass> from, Predicate<JavaClass> to) {
        Map<String, Set<String>> used = new TreeMap<>();
        for (JavaClass type : CORE) {
            if (from.test(type)) {
                Set<String> names = used.computeIfAbsent(name(type), key -> new TreeSet<>());
                type.getDirectDependenciesFromSelf().stream()
                        .map(each -> each.getTargetClass().getBaseComponentType())
                        .filter(each -> each.getPackageName().startsWith("io.valkeysecure") && to.test(each))
                        .map(ArchitectureTest::name)
                        .filter(each -> !each.equals(name(type)))
                        .forEach(names::add);
            }
        }
        return used;
    }

    private static String name(JavaClass type) {
        return isInternal(type) ? internalName(type) : exportedName(type);
    }

    /**
     * Of the cycles between packages, only those among exported packages, and between builders and what they build, are
     * left.
     */
    @Test
    void core_packages_areFreeOfCyclesBeyondTheBuilders() {
        check(slices().matching("io.valkeysecure.(internal.*)..").should().beFreeOfCycles());
        check(noClasses()
                .that()
                .resideInAPackage("io.valkeysecure..")
                .and()
                .resideOutsideOfPackage("io.valkeysecure.micrometer")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.valkeysecure.micrometer"));
        check(noClasses()
                .that()
                .resideInAPackage("io.valkeysecure.observe")
                .should()
                .dependOnClassesThat(resideInAPackage("io.valkeysecure.internal..")
                        .and(resideOutsideOfPackages(
                                "io.valkeysecure.internal.annotation", "io.valkeysecure.internal.text"))));
    }

    /** Annotations hold no code, and are no layer. */
    private static boolean isInternal(JavaClass type) {
        return type.getPackageName().startsWith("io.valkeysecure.internal.")
                && !internalName(type).equals("annotation");
    }

    private static String internalName(JavaClass type) {
        return type.getPackageName().substring("io.valkeysecure.internal.".length());
    }

    /** Returns the name of the top-level type, without io.valkeysecure. */
    private static String exportedName(JavaClass type) {
        JavaClass outermost = type.getBaseComponentType();
        while (outermost.getEnclosingClass().isPresent()) {
            outermost = outermost.getEnclosingClass().get();
        }
        return outermost.getName().substring("io.valkeysecure.".length());
    }

    private static Map<String, Set<String>> layers(String... lines) {
        Map<String, Set<String>> layers = new LinkedHashMap<>();
        for (String line : lines) {
            String[] parts = line.split(":", 2);
            layers.put(
                    parts[0],
                    Arrays.stream(parts[1].split(" "))
                            .filter(word -> !word.isEmpty())
                            .collect(Collectors.toSet()));
        }
        return layers;
    }

    /**
     * Only what ships with the JDK, and ourselves, may be named where a caller can see it; Micrometer in its own
     * package.
     */
    @Test
    void core_publicSignatures_nameOnlyTheJdkAndUs() {
        Set<String> foreign = CORE.stream()
                .filter(type -> !isInternal(type))
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .flatMap(type -> signatureTypes(type)
                        .filter(resideInAnyPackage("java..", "javax.net.ssl..", "javax.security..")
                                .or(resideInAPackage("io.valkeysecure..")
                                        .and(resideOutsideOfPackage("io.valkeysecure.internal..")))
                                .negate())
                        .filter(seen -> !seen.isPrimitive())
                        .filter(seen -> !(type.getPackageName().equals("io.valkeysecure.micrometer")
                                && seen.getPackageName().startsWith("io.micrometer")))
                        .map(seen -> type.getName() + " names " + seen.getName()))
                .collect(Collectors.toSet());
        assertThat(foreign).isEmpty();
    }

    @Test
    void core_loggers_areNamedAfterTheLibrary() throws IOException {
        Pattern call = Pattern.compile("getLogger\\(\\s*([^)]*)\\)");
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                call.matcher(Files.readString(file)).results().forEach(found -> names.add(found.group(1)));
            }
        }
        assertThat(names).containsExactly("\"io.valkeysecure.refusals\"", "LOGGER_NAME", "StandardLog.LOGGER_NAME");
        assertThat(StandardLog.LOGGER_NAME).isEqualTo("io.valkeysecure");
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
