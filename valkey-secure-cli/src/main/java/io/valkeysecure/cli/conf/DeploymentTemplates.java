package io.valkeysecure.cli.conf;

import io.valkeysecure.cli.base.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bouncycastle.util.IPAddress;

/**
 * What stands around a server: who issues and renews its certificate, who starts it, who keeps the plaintext port shut.
 */
public final class DeploymentTemplates {
    private static final Pattern PLACEHOLDER = Pattern.compile("@([a-z]+)@");

    private DeploymentTemplates() {}

    /** Reads a template, which is a resource beside this class, and puts values in the places of {@code @name@}. */
    private static String fill(String template, Map<String, String> values) {
        try (InputStream in = DeploymentTemplates.class.getResourceAsStream(template)) {
            String text = new String(Objects.requireNonNull(in, template).readAllBytes(), StandardCharsets.UTF_8);
            return PLACEHOLDER
                    .matcher(text)
                    .replaceAll(found -> Matcher.quoteReplacement(
                            Objects.requireNonNull(values.get(found.group(1)), found.group())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes manifests for cert-manager: a CA of its own, certificates for servers and clients.
     *
     * @param deployment what it is for
     * @return YAML
     */
    public static String certManager(Deployment deployment) {
        return fill(
                "cert-manager.yaml",
                Map.of(
                        "directory", directory(deployment.certificate()),
                        "names", subjectAlternativeNames(deployment).stripTrailing()));
    }

    private static String directory(String file) {
        int slash = file.lastIndexOf('/');
        return slash <= 0 ? "." : file.substring(0, slash);
    }

    private static String subjectAlternativeNames(Deployment deployment) {
        return yamlList("dnsNames", hosts(deployment))
                + yamlList("ipAddresses", addresses(deployment))
                + yamlList("uris", uris(deployment));
    }

    private static String yamlList(String key, List<String> values) {
        return values.isEmpty()
                ? ""
                : "  " + key + ":\n"
                        + values.stream()
                                .map(value -> "    - \"" + value + "\"\n")
                                .collect(Collectors.joining());
    }

    private static List<String> uris(Deployment deployment) {
        return named(deployment).stream().filter(name -> name.contains("://")).toList();
    }

    private static List<String> addresses(Deployment deployment) {
        return named(deployment).stream().filter(IPAddress::isValid).toList();
    }

    private static List<String> hosts(Deployment deployment) {
        return named(deployment).stream()
                .filter(name -> !name.contains("://") && !IPAddress.isValid(name))
                .toList();
    }

    private static List<String> named(Deployment deployment) {
        if (deployment.names().isEmpty()) {
            throw new InputException(
                    "no name for the certificate is given", "give --san NAME: what clients dial, once for each name");
        }
        return deployment.names();
    }

    /**
     * Writes a template for Vault Agent, which renews certificate and key and has the server take them.
     *
     * @param deployment what it is for
     * @return a part of the agent's configuration, in HCL
     */
    public static String vaultAgent(Deployment deployment) {
        List<String> hosts = hosts(deployment);
        String names = "\"common_name="
                + (hosts.isEmpty() ? "valkey" : hosts.get(0)) + "\""
                + option("alt_names", hosts)
                + option("ip_sans", addresses(deployment))
                + option("uri_sans", uris(deployment))
                + " \"ttl=720h\"";
        String variable = deployment.version().isAtLeast(8, 0) ? "VALKEYCLI_AUTH" : "REDISCLI_AUTH";
        String reload = "[\"true\"] # Valkey " + deployment.version().major() + "."
                + deployment.version().minor() + " looks for renewed files itself: tls-auto-reload-interval";
        if (!deployment.version().isAtLeast(9, 1)) {
            reload = "[\"sh\", \"-c\", \"" + variable + "=$(cat /etc/valkey/admin.password) exec valkey-cli --tls"
                    + " --cacert " + deployment.ca() + " --cert " + deployment.certificate() + " --key "
                    + deployment.key() + " -p " + deployment.port() + " --user admin -e config set "
                    + String.join(" ", ServerConf.reload(deployment)) + "\"]";
        }
        return fill(
                "vault-agent.hcl",
                Map.of(
                        "names", names,
                        "key", deployment.key(),
                        "ca", deployment.ca(),
                        "certificate", deployment.certificate(),
                        "reload", reload));
    }

    private static String option(String name, List<String> values) {
        return values.isEmpty() ? "" : " \"" + name + "=" + String.join(",", values) + "\"";
    }

    /**
     * Writes a systemd unit that does not start a server whose key others can read.
     *
     * @param deployment what it is for
     * @return a unit
     */
    public static String systemd(Deployment deployment) {
        return fill(
                "systemd.service",
                Map.of(
                        "directory", directory(deployment.key()),
                        "key", deployment.key(),
                        "users", deployment.users(),
                        "certificate", deployment.certificate()));
    }

    /**
     * Writes rules that keep the plaintext ports shut, whatever a configuration says one day.
     *
     * @param deployment what it is for
     * @param plaintextPorts those that Valkey listens on by default
     * @return rules for nftables
     */
    public static String nftables(Deployment deployment, List<Integer> plaintextPorts) {
        plaintextPorts.forEach(Deployment::requirePort);
        if (plaintextPorts.contains(deployment.port())) {
            throw new InputException(
                    "port " + deployment.port() + " is the TLS port and shall be shut as a plaintext port",
                    "give another --port or --plaintext-port");
        }
        String ports = plaintextPorts.stream()
                .flatMapToInt(IntStream::of)
                .sorted()
                .distinct()
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        return fill("nftables.nft", Map.of("ports", ports));
    }
}
