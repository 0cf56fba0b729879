package io.duet.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A server to compare.
 *
 * @param name as it was asked for
 * @param command starts it on a port of its choice; it then prints {@code ready <port>}
 */
record Peer(String name, List<String> command, boolean java) {
    /**
     * @param spec {@code node}, {@code duet}, {@code duet-event-loop}, {@code duet-metrics}, or one of the latter with a colon and the JVM flags to use, separated
     *     by blanks
     */
    static Peer of(String spec, Files files, List<String> jvmFlags) {
        int colon = spec.indexOf(':');
        String name = colon < 0 ? spec : spec.substring(0, colon);
        List<String> flags = colon < 0
                ? jvmFlags
                : Arrays.asList(spec.substring(colon + 1).trim().split(" +"));
        return switch (name) {
            case "node" ->
                new Peer(
                        spec,
                        List.of(
                                "node",
                                "--expose-gc",
                                files.js().resolve("bench-server.mjs").toString()),
                        false);
            case "duet" -> new Peer(spec, duet(files.jar(), flags), true);
            case "duet-event-loop" -> new Peer(spec, duet(files.jar(), flags, "--event-loop"), true);
            case "duet-metrics" -> new Peer(spec, duet(files.jar(), flags, "--metrics"), true);
            default ->
                throw new IllegalArgumentException("peer: " + spec
                        + " (expected: node, duet[:flags], duet-event-loop[:flags] or duet-metrics[:flags])");
        };
    }

    private static List<String> duet(Path jar, List<String> flags, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-jar", jar.toString(), "bench", "--port", "0"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Where the servers are. */
    record Files(Path jar, Path js) {}
}
