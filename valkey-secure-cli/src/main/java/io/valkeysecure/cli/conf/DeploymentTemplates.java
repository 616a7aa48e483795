package io.valkeysecure.cli.conf;

import io.valkeysecure.cli.base.InputException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bouncycastle.util.IPAddress;

/** What stands around a server: who issues and renews its certificate, who starts it, who keeps the plaintext port shut. */
public final class DeploymentTemplates {
    private DeploymentTemplates() {}

    /**
     * Writes manifests for cert-manager: a CA of its own, certificates for servers and clients.
     *
     * @param deployment what it is for
     * @return YAML
     */
    public static String certManager(Deployment deployment) {
        return """
                # A CA that cert-manager keeps: its key never leaves the cluster. Made once, by an issuer that signs itself.
                apiVersion: cert-manager.io/v1
                kind: Issuer
                metadata:
                  name: valkey-selfsigned
                spec:
                  selfSigned: {}
                ---
                apiVersion: cert-manager.io/v1
                kind: Certificate
                metadata:
                  name: valkey-ca
                spec:
                  isCA: true
                  commonName: Valkey CA
                  secretName: valkey-ca
                  duration: 43800h
                  privateKey:
                    algorithm: ECDSA
                    size: 256
                    # the CA's key stays when its certificate is renewed, so that what it issued stays good
                    rotationPolicy: Never
                  usages: [cert sign, crl sign]
                  issuerRef:
                    name: valkey-selfsigned
                    kind: Issuer
                ---
                apiVersion: cert-manager.io/v1
                kind: Issuer
                metadata:
                  name: valkey-ca
                spec:
                  ca:
                    secretName: valkey-ca
                ---
                # Mount the secret valkey-server at %s with defaultMode 0400: tls.crt, tls.key, ca.crt.
                apiVersion: cert-manager.io/v1
                kind: Certificate
                metadata:
                  name: valkey-server
                spec:
                  secretName: valkey-server
                  duration: 720h
                  renewBefore: 240h
                  privateKey:
                    algorithm: ECDSA
                    size: 256
                    rotationPolicy: Always
                  # client auth as well: replicas, cluster nodes and sentinels call others with this certificate
                  usages: [digital signature, server auth, client auth]
                %s  issuerRef:
                    name: valkey-ca
                    kind: Issuer
                ---
                # Mount the secret valkey-client into the application; this library takes renewed files by itself.
                apiVersion: cert-manager.io/v1
                kind: Certificate
                metadata:
                  name: valkey-client
                spec:
                  secretName: valkey-client
                  commonName: app
                  duration: 720h
                  renewBefore: 240h
                  privateKey:
                    algorithm: ECDSA
                    size: 256
                    rotationPolicy: Always
                  usages: [digital signature, client auth]
                  issuerRef:
                    name: valkey-ca
                    kind: Issuer
                ---
                # The users: put the output of "conf --for acl" in the place of the line below.
                apiVersion: v1
                kind: Secret
                metadata:
                  name: valkey-users
                type: Opaque
                stringData:
                  users.acl: |
                    user default reset off
                """.formatted(directory(deployment.certificate()), subjectAlternativeNames(deployment));
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
        return """
                # A part of Vault Agent's configuration; auto_auth and vault stand elsewhere in it.
                # The role's path and the name of the user are yours to change: pki/issue/valkey-server, valkey.
                template {
                  # pkiCert asks for a new certificate only when the old one has lived most of its time
                  contents = <<-EOT
                {{ with pkiCert "pki/issue/valkey-server" %s }}
                {{ .Key | writeToFile "%s" "valkey" "valkey" "0600" }}
                {{ .CA | writeToFile "%s" "valkey" "valkey" "0644" }}
                {{ .Cert }}
                {{ range .CAChain }}{{ . }}
                {{ end }}{{ end }}
                EOT
                  destination = "%s"
                  user        = "valkey"
                  group       = "valkey"
                  perms       = "0644"
                  # the server proves the pair before it takes it, and keeps the old one otherwise
                  exec {
                    command = %s
                    timeout = "30s"
                  }
                }
                """.formatted(names, deployment.key(), deployment.ca(), deployment.certificate(), reload);
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
        return """
                # /etc/systemd/system/valkey-secure.service
                # The files' owners and modes, once, as root:
                #   install -d -o root -g valkey -m 0750 %1$s
                #   chown valkey:valkey %2$s %3$s %4$s && chmod 0600 %2$s %3$s && chmod 0644 %4$s
                [Unit]
                Description=Valkey, TLS only
                After=network-online.target
                Wants=network-online.target

                [Service]
                Type=notify
                User=valkey
                Group=valkey
                UMask=0077
                # no start with a key or users that anybody but their owner can read
                ExecStartPre=/bin/sh -c 'test -z "$(find %2$s %3$s -perm /0077)"'
                ExecStart=/usr/bin/valkey-server /etc/valkey/valkey.conf --supervised systemd --daemonize no
                Restart=on-failure
                LimitNOFILE=65535
                StateDirectory=valkey
                StateDirectoryMode=0700
                WorkingDirectory=/var/lib/valkey
                # the whole machine is read-only but for the data, and nothing of other users is seen
                ProtectSystem=strict
                ProtectHome=yes
                PrivateTmp=yes
                PrivateDevices=yes
                ProtectKernelTunables=yes
                ProtectKernelModules=yes
                ProtectControlGroups=yes
                NoNewPrivileges=yes
                CapabilityBoundingSet=
                RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
                MemoryDenyWriteExecute=yes
                LockPersonality=yes

                [Install]
                WantedBy=multi-user.target
                """.formatted(
                        directory(deployment.key()), deployment.key(), deployment.users(), deployment.certificate());
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
        return """
                # /etc/nftables.d/valkey.nft; a table of its own, so that no other rule is touched
                table inet valkey_secure {
                  chain input {
                    type filter hook input priority filter - 1; policy accept;
                    # the plaintext ports of servers, cluster bus and sentinels: told no at once, and counted. From this
                    # machine as well: nothing here has a reason to speak in the clear
                    tcp dport { %s } counter reject with tcp reset
                  }
                }
                """.formatted(ports);
    }
}
