package io.duet.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A server to compare. All of them take {@code --port} and {@code --redis}, Node's and Duet's {@code --adapter} as well, and have the handlers
 * of the bench fixture.
 *
 * @param name as it was asked for
 * @param command starts it on a port of its choice; it then prints {@code ready <port>}
 * @param java whether {@code jcmd} has power over it
 */
record Peer(String name, List<String> command, boolean java) {
    private static final String NAMES =
            "bare[:flags], node, bun, netty-socketio[:flags], duet[:flags], duet-event-loop[:flags] or duet-metrics[:flags]";

    /** @param spec a name, for those that run on Java with a colon and the JVM flags to use, separated by blanks */
    static Peer of(String spec, Files files, List<String> jvmFlags) {
        int colon = spec.indexOf(':');
        String name = colon < 0 ? spec : spec.substring(0, colon);
        List<String> flags = colon < 0
                ? jvmFlags
                : Arrays.asList(spec.substring(colon + 1).trim().split(" +"));
        String jar = files.jar().toString();
        return switch (name) {
            case "node" ->
                new Peer(
                        spec,
                        List.of(
                                "node",
                                "--expose-gc",
                                files.js().resolve("bench-server.mjs").toString()),
                        false);
            case "bun" ->
                new Peer(
                        spec,
                        List.of(
                                files.bench()
                                        .resolve("node_modules/bun/bin/bun.exe")
                                        .toString(),
                                files.bench().resolve("bun-server.mjs").toString()),
                        false);
            case "bare" -> new Peer(spec, java(flags, "-cp", jar, BareServer.class.getName()), true);
            case "netty-socketio" -> new Peer(spec, java(flags, "-cp", jar, NettySocketioServer.class.getName()), true);
            case "duet" -> new Peer(spec, java(flags, "-jar", jar, "bench"), true);
            case "duet-event-loop" -> new Peer(spec, java(flags, "-jar", jar, "bench", "--event-loop"), true);
            case "duet-metrics" -> new Peer(spec, java(flags, "-jar", jar, "bench", "--metrics"), true);
            default -> throw new IllegalArgumentException("peer: " + spec + " (expected: " + NAMES + ")");
        };
    }

    /** The same with more arguments, as {@code --redis redis://127.0.0.1:6379}. */
    Peer with(String... arguments) {
        return new Peer(
                name, Stream.concat(command.stream(), Stream.of(arguments)).toList(), java);
    }

    /** The same on one core. */
    Peer on(int core) {
        List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
        pinned.addAll(command);
        return new Peer(name, pinned, java);
    }

    private static List<String> java(List<String> flags, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
        command.addAll(flags);
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Where the servers are.
     *
     * @param js where {@code bench-server.mjs} is, {@code socket.io} installed
     * @param bench where {@code bun-server.mjs} is, {@code bun} installed
     */
    record Files(Path jar, Path js, Path bench) {}
}
