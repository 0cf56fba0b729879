package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.duet.redis.RedisServer;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The HAProxy or nginx of this machine with a configuration file as it is shipped: what differs from place to place is in its environment. */
final class LoadBalancer implements AutoCloseable {
    private static final Path DEPLOY = Path.of("deploy").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** A way to keep sessions on their nodes. */
    enum Kind {
        HAPROXY_SID("haproxy"),
        HAPROXY_COOKIE("haproxy"),
        NGINX_HASH("nginx"),
        NGINX_COOKIE("nginx"),
        /** None: it sends each request to the next node. */
        NGINX_NONE("nginx");

        private final String program;

        Kind(String program) {
            this.program = program;
        }

        String affinity() {
            return name().substring(name().indexOf('_') + 1).toLowerCase(Locale.ROOT);
        }
    }

    private final Kind kind;
    private final int port;
    private final int statsPort;
    private final Path directory;
    private final ProcessOutput output;

    private LoadBalancer(Kind kind, Map<String, String> nodes) throws IOException {
        this.kind = kind;
        this.port = RedisServer.freePort();
        this.statsPort = RedisServer.freePort();
        this.directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), kind.program);
        Map<String, String> environment = new HashMap<>(nodes);
        environment.put("LISTEN", "127.0.0.1:" + port);
        environment.put("STATS_LISTEN", "127.0.0.1:" + statsPort);
        environment.put("AFFINITY", kind.affinity());
        environment.put("TRUSTED_PROXIES", "127.0.0.1");
        List<String> command = kind.program.equals("haproxy")
                ? List.of("haproxy", "-db", "-f", DEPLOY.resolve("haproxy.cfg").toString())
                : List.of(
                        "nginx",
                        "-p",
                        directory.toString(),
                        "-c",
                        nginxFiles(environment).toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        this.output = ProcessOutput.start(builder);
    }

    /**
     * Skips the test if the program is not installed. Returns when it serves.
     *
     * @param nodes {@code NODE1}, {@code NODE1_HEALTH_PORT} and so on
     */
    static LoadBalancer start(Kind kind, Map<String, String> nodes) throws IOException {
        assumeInstalled(kind.program);
        LoadBalancer balancer = new LoadBalancer(kind, nodes);
        balancer.awaitAllNodes();
        return balancer;
    }

    /** Skips the test if it is not. */
    static void assumeInstalled(String program) {
        boolean installed = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        assumeTrue(installed, program + " is not installed");
    }

    /** Waits until it would send requests to each node, as far as it knows. */
    void awaitAllNodes() {
        Awaitility.await(kind.program)
                .atMost(LIMIT)
                .failFast(() -> assertThat(output.process().isAlive())
                        .as(String.join("\n", output.lines()))
                        .isTrue())
                .ignoreExceptions()
                .until(this::serves);
    }

    /** Waits until HAProxy has noticed that a node is dead. */
    void awaitDown(String node) {
        Awaitility.await(node)
                .atMost(LIMIT)
                .until(() -> haproxyNodes().get(node).get("status").equals("DOWN"));
    }

    Kind kind() {
        return kind;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** What HAProxy tells of each node, by the names of its CSV export. */
    Map<String, Map<String, String>> haproxyNodes() throws IOException, InterruptedException {
        List<String> lines =
                get("http://127.0.0.1:" + statsPort + "/;csv").lines().toList();
        String[] names = lines.get(0).substring("# ".length()).split(",");
        Map<String, Map<String, String>> nodes = new LinkedHashMap<>();
        for (String line : lines) {
            String[] values = line.split(",");
            if (values[0].equals("nodes") && !values[1].equals("BACKEND")) {
                Map<String, String> node = nodes.computeIfAbsent(values[1], name -> new HashMap<>());
                for (int i = 0; i < values.length; i++) {
                    node.put(names[i], values[i]);
                }
            }
        }
        return nodes;
    }

    /** How many requests each node has had so far. */
    Map<String, Long> requests() throws IOException, InterruptedException {
        Map<String, Long> requests = new LinkedHashMap<>();
        if (kind.program.equals("haproxy")) {
            haproxyNodes().forEach((name, node) -> requests.put(name, Long.parseLong(node.get("stot"))));
        } else {
            for (String address : Files.readAllLines(directory.resolve("upstreams.log"))) {
                requests.merge(address, 1L, Long::sum);
            }
        }
        return requests;
    }

    private boolean serves() throws IOException, InterruptedException {
        if (kind.program.equals("haproxy")) {
            return haproxyNodes().values().stream()
                    .allMatch(node -> node.get("status").equals("UP"));
        }
        return !get(url()).isEmpty();
    }

    static String get(String url) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).timeout(LIMIT).build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    /** The shipped file, filled in as the official image does, and a main file like the image's around it. */
    private Path nginxFiles(Map<String, String> environment) throws IOException {
        boolean sticky = kind != Kind.NGINX_NONE;
        String site =
                Files.readString(DEPLOY.resolve("nginx/" + (sticky ? kind.affinity() : "hash") + ".conf.template"));
        if (!sticky) {
            site = site.replaceFirst("\n *hash .*;", "");
        }
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            site = site.replace("${" + variable.getKey() + "}", variable.getValue());
        }
        assertThat(site).doesNotContain("${");
        Files.writeString(directory.resolve("duet.conf"), site);
        List<String> temporary = new ArrayList<>();
        for (String use : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            temporary.add(use + "_temp_path " + use + ";");
        }
        return Files.writeString(
                directory.resolve("nginx.conf"),
                """
                daemon off;
                pid nginx.pid;
                error_log stderr;
                worker_processes 2;
                events { worker_connections 4096; }
                http {
                    log_format upstreams $upstream_addr;
                    access_log upstreams.log upstreams;
                    %s
                    include duet.conf;
                }
                """
                        .formatted(String.join("\n", temporary)));
    }

    /** The program ends its workers itself: one that it was about to start would outlive it otherwise. */
    @Override
    public void close() {
        output.process().destroy();
        output.process().onExit().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }
}
