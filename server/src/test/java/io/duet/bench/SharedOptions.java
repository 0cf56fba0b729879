package io.duet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is said alike of one server and of clusters: where the servers are, and where results go. */
final class SharedOptions {
    @Option(names = "--warm-up-times", description = "how much more is offered meanwhile than is measured")
    int warmUpTimes = 1;

    @Option(names = "--jar", description = "the jar with the fixtures")
    Path jar = Path.of("server/target/duet-fixtures.jar");

    @Option(names = "--js", description = "where bench-server.mjs is, with socket.io installed")
    Path js = Path.of("server/src/test/js");

    @Option(names = "--bench", description = "where bun-server.mjs is, with bun installed")
    Path bench = Path.of("server/src/test/bench");

    @Option(names = "--markdown", description = "a file to append the table to")
    @Nullable
    Path markdown;

    @Option(names = "--json", description = "a file to append the results to, a line each")
    @Nullable
    Path json;

    String machine() {
        return Machine.description(bench);
    }

    Peer.Files files() {
        return new Peer.Files(jar, js, bench);
    }

    void keep(Result result) {
        if (json != null) {
            result.appendTo(json);
        }
    }

    void keep(String table) throws IOException {
        if (markdown != null) {
            Files.writeString(markdown, table + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }
}
