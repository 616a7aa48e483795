/**
 * BoringSSL for Lettuce, by netty-tcnative, and for Jedis, by Conscrypt. A modular application that requires this
 * module has their native libraries in its module graph; it needs nothing else.
 */
@SuppressWarnings("module") // names of Netty's modules that end with digits
module io.valkeysecure.boringssl {
    requires io.netty.internal.tcnative.openssl.linux.aarch_64;
    requires io.netty.internal.tcnative.openssl.linux.x86_64;
    requires io.netty.internal.tcnative.openssl.osx.aarch_64;
    requires io.netty.internal.tcnative.openssl.osx.x86_64;
    requires io.netty.internal.tcnative.openssl.windows.x86_64;
    requires io.netty.tcnative.classes.openssl;
    requires org.conscrypt;
}
