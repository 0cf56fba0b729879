package io.duet.it;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The browser bundles of the client, as Node's server serves them. */
final class ClientFilesIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void answersAsNode() throws Exception {
        try (FixtureProcess server = FixtureProcess.fixture("interop").start();
                NodeScript script = NodeScript.kit("client-files.mjs", "--url", server.url())) {
            script.assertPasses(LIMIT);
        }
    }

    @Test
    void answersAsNodeAcrossOrigins() throws Exception {
        try (FixtureProcess server =
                        FixtureProcess.fixture("conformance-socketio").start();
                NodeScript script = NodeScript.kit("client-files.mjs", "--url", server.url(), "--cors")) {
            script.assertPasses(LIMIT);
        }
    }
}
