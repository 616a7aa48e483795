/** Key material of the SPIFFE Workload API. */
module io.valkeysecure.spiffe {
    requires transitive io.valkeysecure;
    requires com.google.protobuf;
    requires io.grpc;
    requires io.grpc.stub;
    requires java.spiffe.core;
    requires static org.jspecify;

    exports io.valkeysecure.spiffe;
}
