package com.example

import io.lettuce.core.RedisURI
import io.valkeysecure.ClientIdentity
import io.valkeysecure.Refusal
import io.valkeysecure.SecureTls
import io.valkeysecure.TrustAnchors
import io.valkeysecure.jedis.SecureJedis
import io.valkeysecure.lettuce.SecureLettuce
import java.nio.file.Files
import java.nio.file.Path
import redis.clients.jedis.DefaultJedisClientConfig
import redis.clients.jedis.HostAndPort

/** Both clients over BoringSSL in one program, then a server that must be refused. */
fun main(args: Array<String>) {
    val files = Path.of(args[0])
    val port = args[1].toInt()
    val password = Files.readAllLines(files.resolve("app.password")).first()
    Observed().use {
        check(connect(files, files.resolve("ca/ca.crt"), port, password) == "hello")
        val refusal = try {
            connect(files, files.resolve("other/ca.crt"), port, password)
            null
        } catch (e: RuntimeException) {
            Refusal.of(e).orElseThrow { e }
        }
        println("${refusal?.reason()?.tag()}: ${refusal?.message()}")
        check(refusal?.reason()?.tag() == "untrusted_issuer")
        println("class path")
    }
    println("consumer: ok")
}

private fun connect(files: Path, ca: Path, port: Int, password: String): String? =
    SecureTls.trusting(TrustAnchors.pem(ca))
        .presenting(ClientIdentity.pem(files.resolve("app.crt"), files.resolve("app.key")))
        .build().use { tls ->
            println(tls.describe().lines().firstOrNull { it.startsWith("engine") })
            check("BoringSSL" in tls.describe()) { tls.describe() }
            val uri = RedisURI.builder().withHost("localhost").withPort(port).withSsl(true)
                .withAuthentication("app", password).build()
            SecureLettuce.client(tls, uri).use { client ->
                client.connect().use { it.sync().set("greeting", "hello") }
            }
            val config = DefaultJedisClientConfig.builder().user("app").password(password).build()
            SecureJedis.client(tls, HostAndPort("localhost", port), config).build().use { it.get("greeting") }
        }
