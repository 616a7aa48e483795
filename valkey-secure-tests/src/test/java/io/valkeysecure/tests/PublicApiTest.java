package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.SecureTls;
import io.valkeysecure.archunit.GuardedConnections;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.redisson.SecureRedisson;
import io.valkeysecure.spiffe.WorkloadApi;
import io.valkeysecure.testcontainers.ValkeyTlsContainer;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.valkeyjava.SecureValkeyJava;
import io.valkeysecure.vault.VaultPki;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The public API of each exported package is a committed text in {@code docs/api}, named after the module and the
 * package's place in it: a change of it is seen in review.
 *
 * <p>When it changed on purpose, write the texts anew with {@code -Dapi.update=true} and commit them.
 */
@Tag("public-api")
class PublicApiTest {
    private static final Path TEXTS = Path.of("..", "docs", "api");
    /** Compared by the starter's own test, beside Spring. */
    private static final String OF_THE_STARTER = "valkey-secure-spring-boot-starter.txt";

    private enum Module {
        CORE(SecureTls.class),
        LETTUCE(SecureLettuce.class),
        JEDIS(SecureJedis.class),
        REDISSON(SecureRedisson.class),
        VALKEYJAVA(SecureValkeyJava.class),
        SPIFFE(WorkloadApi.class),
        VAULT(VaultPki.class),
        ARCHUNIT(GuardedConnections.class),
        TESTCONTAINERS(ValkeyTlsContainer.class),
        TESTKIT(TestCertificate.class);

        private final Class<?> member;

        Module(Class<?> member) {
            this.member = member;
        }

        /**
         * The packages that anybody may use, by what the module's descriptor says; without one, it is a single package.
         */
        List<String> packages() throws IOException {
            if (this == ARCHUNIT) {
                return List.of(member.getPackageName());
            }
            Path root = root();
            if (Files.isDirectory(root)) {
                return packages(root);
            }
            try (FileSystem jar = FileSystems.newFileSystem(root)) {
                return packages(jar.getPath("/"));
            }
        }

        private static List<String> packages(Path root) throws IOException {
            try (InputStream descriptor = Files.newInputStream(root.resolve("module-info.class"))) {
                return ModuleDescriptor.read(descriptor).exports().stream()
                        .filter(exported -> !exported.isQualified())
                        .map(ModuleDescriptor.Exports::source)
                        .sorted()
                        .toList();
            }
        }

        private Path root() throws IOException {
            URL location = member.getProtectionDomain().getCodeSource().getLocation();
            try {
                return Path.of(location.toURI());
            } catch (URISyntaxException e) {
                throw new IOException(e);
            }
        }

        /** The types of a package that users can reach. */
        List<Class<?>> types(String exported) throws IOException {
            Path root = root();
            if (Files.isDirectory(root)) {
                return types(root, exported);
            }
            try (FileSystem jar = FileSystems.newFileSystem(root)) {
                return types(jar.getPath("/"), exported);
            }
        }

        private static List<Class<?>> types(Path root, String exported) throws IOException {
            Path directory = root.resolve(exported.replace('.', '/'));
            try (Stream<Path> files = Files.list(directory)) {
                return files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
                        .map(name -> exported + "." + name.substring(0, name.length() - 6))
                        .sorted()
                        .<Class<?>>map(Module::load)
                        .filter(PublicApiTest::isReachable)
                        .toList();
            }
        }

        private static Class<?> load(String name) {
            try {
                return Class.forName(name, false, PublicApiTest.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** An exported package of a module, and the text of it. */
    private record Exported(Module module, String name) {
        Path text() {
            String place = name.replaceFirst("^io\\.valkeysecure\\.?", "").replace('.', '-');
            String artifact = module.name().toLowerCase(Locale.ROOT);
            String suffix = place.equals(artifact) || place.startsWith(artifact + "-") ? place : artifact + "-" + place;
            return TEXTS.resolve("valkey-secure-" + (place.isEmpty() ? artifact : suffix) + ".txt");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Exported> exported() throws IOException {
        List<Exported> exported = new ArrayList<>();
        for (Module module : Module.values()) {
            module.packages().forEach(name -> exported.add(new Exported(module, name)));
        }
        return exported;
    }

    @ParameterizedTest
    @MethodSource("exported")
    void publicApi_ofThePackage_isTheCommittedText(Exported exported) throws IOException {
        String actual = exported.module().types(exported.name()).stream()
                .map(PublicApiTest::describe)
                .collect(Collectors.joining("\n"));
        if (Boolean.getBoolean("api.update")) {
            Files.createDirectories(TEXTS);
            Files.writeString(exported.text(), actual);
        }
        assertThat(actual)
                .as(
                        "public API; if it changed on purpose, run this test with -Dapi.update=true and commit %s",
                        exported.text())
                .isEqualTo(committed(exported.text()));
    }

    /** What only tests of this project need is internal; builders count with the type that they build. */
    @Test
    void testKit_ofAllPackages_hasAtMostTwentyTypes() throws IOException {
        List<Class<?>> types = new ArrayList<>();
        for (String exported : Module.TESTKIT.packages()) {
            types.addAll(Module.TESTKIT.types(exported));
        }
        types.removeIf(Class::isMemberClass);
        assertThat(types).hasSizeBetween(1, 20);
    }

    /** A text of a package that is gone, or no longer exported, would be read as if it were API. */
    @Test
    void texts_ofNothingThatIsExported_areGone() throws IOException {
        try (Stream<Path> texts = Files.list(TEXTS)) {
            assertThat(texts.filter(text -> !text.endsWith(OF_THE_STARTER)))
                    .containsExactlyInAnyOrderElementsOf(
                            exported().stream().map(Exported::text).toList());
        }
    }

    private static String committed(Path text) {
        try {
            return Files.exists(text) ? Files.readString(text) : "(" + text + " is missing)";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isReachable(Class<?> type) {
        for (Class<?> next = type; next != null; next = next.getEnclosingClass()) {
            if (!isVisible(next.getModifiers())) {
                return false;
            }
        }
        return !type.isAnonymousClass() && !type.isSynthetic();
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String describe(Class<?> type) {
        TreeSet<String> members = new TreeSet<>();
        for (Field field : type.getDeclaredFields()) {
            if (isShown(field)) {
                members.add(
                        deprecation(field) + modifiers(field) + name(field.getGenericType()) + " " + field.getName());
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isShown(constructor)) {
                members.add(deprecation(constructor)
                        + modifiers(constructor)
                        + type.getSimpleName()
                        + signature(constructor));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isShown(method)) {
                members.add(deprecation(method) + modifiers(method) + name(method.getGenericReturnType()) + " "
                        + method.getName() + signature(method));
            }
        }
        StringBuilder text = new StringBuilder(header(type)).append(" {\n");
        members.forEach(member -> text.append("    ").append(member).append('\n'));
        return text.append("}\n").toString();
    }

    private static String header(Class<?> type) {
        String kind = type.isRecord() ? "record" : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
        List<String> words = new ArrayList<>();
        String modifiers = Modifier.toString(type.getModifiers() & ~Modifier.INTERFACE & ~Modifier.ABSTRACT);
        words.add(modifiers);
        if (!type.isInterface() && Modifier.isAbstract(type.getModifiers())) {
            words.add("abstract");
        }
        words.add(kind);
        words.add(type.getName());
        Type parent = type.getGenericSuperclass();
        if (parent != null && kind.equals("class") && parent != Object.class) {
            words.add("extends " + name(parent));
        }
        if (type.getGenericInterfaces().length > 0) {
            words.add("implements "
                    + Arrays.stream(type.getGenericInterfaces())
                            .map(PublicApiTest::name)
                            .collect(Collectors.joining(", ")));
        }
        return String.join(" ", words);
    }

    private static boolean isShown(Member member) {
        return isVisible(member.getModifiers()) && !member.isSynthetic();
    }

    private static String deprecation(AnnotatedElement element) {
        return element.isAnnotationPresent(Deprecated.class) ? "@Deprecated " : "";
    }

    private static String modifiers(Member member) {
        int shown = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC | Modifier.ABSTRACT;
        return Modifier.toString(member.getModifiers() & shown) + " ";
    }

    private static String signature(Executable executable) {
        String parameters = Arrays.stream(executable.getGenericParameterTypes())
                .map(PublicApiTest::name)
                .collect(Collectors.joining(", ", "(", ")"));
        Class<?>[] thrown = executable.getExceptionTypes();
        return thrown.length == 0
                ? parameters
                : parameters + " throws "
                        + Arrays.stream(thrown).map(PublicApiTest::name).collect(Collectors.joining(", "));
    }

    private static String name(Type type) {
        return type.getTypeName().replaceAll("\\b(java\\.lang|io\\.valkeysecure)\\.(?=[A-Z])", "");
    }
}
