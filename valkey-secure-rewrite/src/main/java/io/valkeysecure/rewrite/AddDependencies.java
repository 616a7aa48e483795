package io.valkeysecure.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.ScanningRecipe;
import org.openrewrite.SourceFile;
import org.openrewrite.Tree;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.xml.AddToTagVisitor;
import org.openrewrite.xml.XmlVisitor;
import org.openrewrite.xml.tree.Xml;

/**
 * Adds the dependencies to the {@code pom.xml} of each module whose sources make a client: the versions by the BOM. It
 * changes the text only, and asks no repository.
 */
final class AddDependencies extends ScanningRecipe<AddDependencies.Modules> {
    private static final String GROUP = "io.valkeysecure";
    private static final String BOM = "valkey-secure-bom";

    /** Which poms there are, and which sources use which client. */
    static final class Modules {
        private final Set<Path> poms = new HashSet<>();
        private final Map<Path, Set<String>> used = new TreeMap<>();

        private NavigableSet<String> of(Path pom) {
            NavigableSet<String> artifacts = new TreeSet<>();
            used.forEach((source, found) -> {
                if (pom.equals(pomOf(source))) {
                    artifacts.addAll(found);
                }
            });
            return artifacts;
        }

        private @Nullable Path pomOf(Path source) {
            for (Path directory = source.getParent(); directory != null; directory = directory.getParent()) {
                if (poms.contains(directory.resolve("pom.xml"))) {
                    return directory.resolve("pom.xml");
                }
            }
            Path root = Path.of("pom.xml");
            return poms.contains(root) ? root : null;
        }
    }

    @Override
    public String getDisplayName() {
        return "Add the dependencies of valkey-secure";
    }

    @Override
    public String getDescription() {
        return "Imports `valkey-secure-bom`, and adds `valkey-secure-lettuce` and `valkey-secure-jedis`"
                + " to the `pom.xml` of modules that need them.";
    }

    @Override
    public Modules getInitialValue(ExecutionContext context) {
        return new Modules();
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getScanner(Modules modules) {
        return new TreeVisitor<>() {
            @Override
            public @Nullable Tree visit(@Nullable Tree tree, ExecutionContext context) {
                if (tree instanceof J.CompilationUnit unit) {
                    modules.used.put(unit.getSourcePath(), ClientsMade.in(unit));
                } else if (tree instanceof SourceFile file
                        && file.getSourcePath().endsWith("pom.xml")) {
                    modules.poms.add(file.getSourcePath());
                }
                return tree;
            }
        };
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor(Modules modules) {
        return new XmlVisitor<>() {
            @Override
            public Xml visitDocument(Xml.Document document, ExecutionContext context) {
                NavigableSet<String> artifacts = modules.poms.contains(document.getSourcePath())
                        ? modules.of(document.getSourcePath())
                        : new TreeSet<>();
                Xml.Tag project = document.getRoot();
                boolean added = false;
                for (String artifact : artifacts.descendingSet()) {
                    if (!has(project.getChild("dependencies"), artifact)) {
                        project = withDependencies(project, dependency(artifact, ""));
                        added = true;
                    }
                }
                if (added && !has(managed(project), BOM)) {
                    project = withManaged(project);
                }
                return document.withRoot(project);
            }

            private Xml.Tag withManaged(Xml.Tag project) {
                Xml.Tag bom = dependency(
                        BOM, "\n  <version>" + version() + "</version>\n  <type>pom</type>\n  <scope>import</scope>");
                Optional<Xml.Tag> before = project.getChild("dependencyManagement");
                if (before.isPresent()) {
                    return withDependencies(project, before.get(), bom);
                }
                Xml.Tag made = Xml.Tag.build("<dependencyManagement>\n<dependencies>\n" + bom.print(getCursor())
                        + "\n</dependencies>\n</dependencyManagement>");
                return AddToTagVisitor.addToTag(project, made, getCursor());
            }

            private Xml.Tag withDependencies(Xml.Tag project, Xml.Tag added) {
                return withDependencies(project, project, added);
            }

            /**
             * Adds before the dependencies of a tag, which are made if there are none. Of two versions that are as far
             * away, Maven takes the one that comes first: behind {@code lettuce-core} it would be Lettuce's Netty beside
             * ours.
             */
            private Xml.Tag withDependencies(Xml.Tag project, Xml.Tag parent, Xml.Tag added) {
                Optional<Xml.Tag> before = parent.getChild("dependencies");
                if (before.isPresent()) {
                    return (Xml.Tag) new AddToTagVisitor<Integer>(before.get(), added, (unused, unusedTag) -> 1)
                            .visitNonNull(project, 0, getCursor());
                }
                Xml.Tag made = Xml.Tag.build("<dependencies>\n" + added.print(getCursor()) + "\n</dependencies>");
                return AddToTagVisitor.addToTag(project, parent, made, getCursor());
            }
        };
    }

    private static Optional<Xml.Tag> managed(Xml.Tag project) {
        return project.getChild("dependencyManagement").flatMap(tag -> tag.getChild("dependencies"));
    }

    private static boolean has(Optional<Xml.Tag> dependencies, String artifact) {
        return dependencies.stream()
                .flatMap(tag -> tag.getChildren("dependency").stream())
                .anyMatch(tag ->
                        tag.getChildValue("groupId").filter(GROUP::equals).isPresent()
                                && tag.getChildValue("artifactId")
                                        .filter(artifact::equals)
                                        .isPresent());
    }

    private static Xml.Tag dependency(String artifact, String more) {
        return Xml.Tag.build("<dependency>\n  <groupId>" + GROUP + "</groupId>\n  <artifactId>" + artifact
                + "</artifactId>" + more + "\n</dependency>");
    }

    /** {@return the version of this library: the BOM is released together with the recipe} */
    static String version() {
        try (InputStream file = AddDependencies.class.getResourceAsStream("version.txt")) {
            if (file == null) {
                throw new IllegalStateException(
                        "expected version.txt beside the recipe, found none; build it by Maven");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
