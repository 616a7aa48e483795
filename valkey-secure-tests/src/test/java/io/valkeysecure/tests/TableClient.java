package io.valkeysecure.tests;

import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;

/** A client library, or another way to connect, on an engine: a column of the tables. */
interface TableClient {
    ClientLibrary library();

    /** What the {@link SecureTls} that is given to {@link #connect} has to be made with. */
    Engine engine();

    /** Connects and logs in; what the client library throws comes out as it is. */
    TestClient.Connection connect(SecureTls tls, String host, int port);
}
