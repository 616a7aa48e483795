package io.valkeysecure.benchmarks;

/** Something that a round measures of a variant. */
enum Metric {
    CLIENT_CPU("client CPU, µs"),
    SERVER_CPU("server CPU, µs"),
    ALLOCATED("allocated, KiB"),
    RATE("a second"),
    RESUMED("resumed, %"),
    P50("p50, µs"),
    P99("p99, µs"),
    P99_9("p99.9, µs"),
    HEAP("heap, KiB a connection"),
    TLS_HEAP("of it TLS, KiB"),
    WORST_PING("worst PING, ms"),
    ALL_CONNECTED("all connected after, ms"),
    HEALTHY_CONNECT("median connect, ms"),
    SLOWEST_CONNECT("slowest connect, ms"),
    ALL_BACK("all back after, ms"),
    ALL_USABLE("all usable after, ms"),
    MADE("read and proved, ms"),
    FIRST("first verification, µs"),
    AGAIN("verified again, µs"),
    KEPT("kept on the heap, KiB"),
    WATCHED("watching, ms of CPU a second"),
    STATUS("status, µs"),
    DIRECT("direct memory, KiB a connection"),
    RESIDENT("resident memory, KiB a connection");

    private final String title;

    Metric(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
