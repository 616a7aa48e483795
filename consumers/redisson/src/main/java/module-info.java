/** A modular application. Left out where the same program is built for the class path. */
module com.example {
    requires io.valkeysecure.redisson;
    requires java.logging;
}
