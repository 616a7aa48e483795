package io.valkeysecure.internal.text;

/** The addresses of documentation pages that messages link to: the site that {@code docs/} is published as. */
public final class DocumentationLinks {
    private static final String SITE = "https://valkey-secure.github.io/";

    private DocumentationLinks() {}

    /** {@return the address of the section about a refusal reason} */
    public static String reason(String tag) {
        return section("reasons", tag);
    }

    /** {@return the address of a page} */
    public static String page(String name) {
        return SITE + name + ".html";
    }

    /** {@return the address of a section of a page} */
    public static String section(String page, String anchor) {
        return page(page) + "#" + anchor;
    }
}
