package io.valkeysecure.rewrite;

import org.openrewrite.Cursor;
import org.openrewrite.internal.ListUtils;
import org.openrewrite.java.tree.Comment;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.TextComment;
import org.openrewrite.marker.Markers;

/** The comments that say why something was not moved, and what to write. */
final class Marks {
    private static final String BEGIN = " valkey-secure: ";

    private Marks() {}

    /** Puts the comment before the tree: on a line of its own if the tree begins one. */
    static <T extends J> T mark(T tree, String why) {
        if (isMarked(tree)) {
            return tree;
        }
        String before = tree.getPrefix().getWhitespace();
        String after = before.contains("\n") ? before.substring(before.lastIndexOf('\n')) : " ";
        Comment comment = new TextComment(true, BEGIN + why + " ", after, Markers.EMPTY);
        return tree.withPrefix(
                tree.getPrefix().withComments(ListUtils.concat(tree.getPrefix().getComments(), comment)));
    }

    /** {@return whether the same is said inside of the tree} */
    static boolean says(J tree, String why, Cursor at) {
        return tree.print(at).contains(BEGIN + why);
    }

    /** A comment before a chain of calls belongs to the last call of it, so that those around it are asked, too. */
    static boolean isMarked(J tree, Cursor at) {
        boolean marked = isMarked(tree);
        for (Cursor up = at; !up.isRoot() && !(up.getValue() instanceof J.Block) && !marked; ) {
            marked = up.getValue() instanceof J around && isMarked(around);
            up = up.getParentTreeCursor();
        }
        return marked;
    }

    private static boolean isMarked(J tree) {
        return tree.getPrefix().getComments().stream()
                .anyMatch(comment ->
                        comment instanceof TextComment text && text.getText().startsWith(BEGIN));
    }
}
