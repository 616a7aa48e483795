package io.valkeysecure.cli.base;

import java.util.LinkedHashMap;
import java.util.Map;

/** The library's messages name its Java calls; here they name the options of the command line that stand for them. */
public final class OptionNames {
    private static final Map<String, String> OPTIONS = options();

    private OptionNames() {}

    /** {@return the message with options in the place of Java calls} */
    public static String in(String message) {
        String text = message;
        for (Map.Entry<String, String> option : OPTIONS.entrySet()) {
            text = text.replace(option.getKey(), option.getValue());
        }
        return text;
    }

    private static Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(
                "name the CA that issued its certificate in TrustAnchors",
                "give the CA that issued its certificate by --ca");
        options.put(
                "say the right one by serverIdentity(...) or serverName(...)", "give the right one by --expect-name");
        options.put("give one by presenting(...)", "give one by --cert and --key");
        options.put("give it by pem(certificate, key, password)", "give it by --key-passphrase-file");
        options.put(
                "name it by keyStore(...)",
                "give a client's PKCS#12 by --cert alone, take certificates out of a store with \"openssl pkcs12\"");
        options.put("name it by revocation(Revocation.crls(...))", "give it by --crl");
        options.put("name those that it has in TlsPolicy", "leave out --strict, or run this on a JVM that has them");
        return options;
    }
}
