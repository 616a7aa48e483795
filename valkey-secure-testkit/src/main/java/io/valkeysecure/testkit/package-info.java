/**
 * Real peers for tests of TLS clients: a certificate authority that issues any certificate, real Valkey servers,
 * clusters and sentinels, servers that misbehave in one named way, and a proxy that keeps every byte.
 *
 * <p>Start with {@link io.valkeysecure.testkit.certificate.TestCertificate#root()}, give what it issues to
 * {@link io.valkeysecure.testkit.server.ValkeyServer#builder}, and put a
 * {@link io.valkeysecure.testkit.recording.RecordingProxy} between client and server to see what left the client.
 * {@link io.valkeysecure.testkit.server.ValkeyCluster} and {@link io.valkeysecure.testkit.server.ValkeySentinels} are
 * made of several servers. {@link io.valkeysecure.testkit.hostile.HostilePeer} plays the servers that a client must
 * refuse.
 *
 * <p>Everything here is for tests only. Keys are made to be thrown away, and the certificate builder makes broken and
 * weak certificates on request. Everything listens on the loopback address only.
 */
@NullMarked
package io.valkeysecure.testkit;

import org.jspecify.annotations.NullMarked;
