package io.duet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The files of {@code server/deploy}, and {@code docker-compose.yml}: they fit one another and what the server knows. */
final class DeployFilesTest {
    private static final Path ROOT = Path.of("..");
    private static final Path DEPLOY = Path.of("deploy");
    private static final Path KUBERNETES = DEPLOY.resolve("kubernetes");

    /** What closing takes at most behind the drain. */
    private static final Duration CLOSE = Duration.ofSeconds(4);

    private static YamlFile compose;
    private static YamlFile deployment;
    private static String dockerfile;

    @BeforeAll
    static void read() throws IOException {
        compose = YamlFile.read(ROOT.resolve("docker-compose.yml"));
        deployment = YamlFile.read(KUBERNETES.resolve("deployment.yaml"));
        dockerfile = Files.readString(DEPLOY.resolve("Dockerfile"));
    }

    @ParameterizedTest
    @MethodSource("environments")
    void theServerKnowsEachVariable(Map<String, String> environment) {
        assertThat(environment).hasSizeGreaterThan(3);
        assertThat(configuration(environment)).contains("health-port: '9000'", "port: 3000");
    }

    @Test
    void containersMayTakeTheTimeThatTheDrainTakes() {
        for (String node : List.of("duet-1", "duet-2", "duet-3")) {
            Duration grace = seconds(compose.text("services." + node + ".stop_grace_period"));
            assertThat(grace).isGreaterThanOrEqualTo(drain(containerEnvironment(node)));
        }
        List<?> preStop = deployment.list("spec.template.spec.containers.0.lifecycle.preStop.exec.command");
        Duration before = Duration.ofSeconds(Long.parseLong((String) preStop.get(1)));
        Duration grace =
                Duration.ofSeconds(Long.parseLong(deployment.text("spec.template.spec.terminationGracePeriodSeconds")));
        assertThat(grace).isGreaterThanOrEqualTo(before.plus(drain(podEnvironment())));
    }

    @Test
    void composeNamesServicesAndFilesThatAreThere() {
        Map<String, Object> services = compose.map("services");
        assertThat(services.keySet())
                .contains("duet-1", "duet-2", "duet-3", "redis-1", "redis-2", "redis-3")
                .contains("sentinel-1", "sentinel-2", "sentinel-3", "haproxy", "prometheus", "grafana");
        services.forEach((name, service) -> {
            YamlFile one = new YamlFile(service);
            assertThat(one.text("image")).as("%s: image", name).matches("duet-server|[a-z/-]+:v?[0-9.]+");
            assertThat(services.keySet().containsAll(one.keys("depends_on")))
                    .as("%s: depends_on", name)
                    .isTrue();
            for (Object volume : one.list("volumes")) {
                assertThat(ROOT.resolve(String.valueOf(volume).split(":")[0])).exists();
            }
        });
        assertThat(ROOT.resolve(compose.text("services.duet-1.build.context"))
                        .resolve(compose.text("services.duet-1.build.dockerfile")))
                .exists();
    }

    @Test
    void redisIsCalledAsItIsNamed() throws IOException {
        String sentinel = Files.readString(DEPLOY.resolve("redis/sentinel.conf"));
        Matcher monitor = found("sentinel monitor (\\S+) (\\S+) 6379 2", sentinel);
        String uri = containerEnvironment("duet-1").get("DUET_REDIS");

        assertThat(uri).endsWith("/" + monitor.group(1));
        assertThat(compose.map("services")).containsKey(monitor.group(2));
        for (String address : uri.replaceAll("redis\\+sentinel://|/.*", "").split(",")) {
            assertThat(compose.map("services")).containsKey(address.split(":")[0]);
            assertThat(sentinel).contains("port " + address.split(":")[1]);
        }
        for (String replica : List.of("redis-2", "redis-3")) {
            assertThat(compose.text("services." + replica + ".command"))
                    .contains("--replica-announce-ip " + replica)
                    .contains("--replicaof " + monitor.group(2) + " 6379");
        }
    }

    @Test
    void haproxyAndPrometheusFindTheNodes() throws IOException {
        String haproxy = Files.readString(DEPLOY.resolve("haproxy.cfg"));
        String prometheus = Files.readString(DEPLOY.resolve("prometheus/prometheus.yml"));
        Map<String, String> ports = containerEnvironment("duet-1");

        for (int i = 1; i <= 3; i++) {
            assertThat(compose.map("services")).containsKey("duet-" + i);
            assertThat(haproxy)
                    .contains("presetenv NODE%d duet-%d:%s".formatted(i, i, ports.get("DUET_PORT")))
                    .contains("presetenv NODE%d_HEALTH_PORT %s".formatted(i, ports.get("DUET_HEALTH_PORT")));
            assertThat(prometheus).contains("duet-%d:%s".formatted(i, ports.get("DUET_HEALTH_PORT")));
        }
        Matcher stats = found("presetenv STATS_LISTEN (:\\d+)", haproxy);
        assertThat(prometheus).contains("haproxy" + stats.group(1));
        assertThat(compose.list("services.haproxy.ports").toString())
                .contains(found("presetenv LISTEN (:\\d+)", haproxy).group(1), stats.group(1));
    }

    @Test
    void grafanaIsReady() throws IOException {
        YamlFile datasource = YamlFile.read(DEPLOY.resolve("grafana/provisioning/datasources/prometheus.yml"));
        YamlFile provider = YamlFile.read(DEPLOY.resolve("grafana/provisioning/dashboards/duet.yml"));

        assertThat(datasource.text("datasources.0.url")).isEqualTo("http://prometheus:9090");
        assertThat(compose.list("services.grafana.volumes").toString())
                .contains(":" + provider.text("providers.0.options.path") + ":");
    }

    @Test
    void theImageRunsTheJarAsNobodyInParticular() {
        Matcher copied = found("COPY target/(\\S+) (\\S+)", dockerfile);

        assertThat(copied.group(1)).isEqualTo("duet-server.jar");
        assertThat(dockerfile)
                .contains("\"-jar\", \"" + copied.group(2) + "\"]")
                .contains("CMD [\"serve\"]")
                .contains("\"-XX:SharedArchiveFile="
                        + found("-XX:ArchiveClassesAtExit=(\\S+)", dockerfile).group(1) + "\"");
        assertThat(dockerfile.indexOf("USER 10001:10001")).isBetween(0, dockerfile.indexOf("ENTRYPOINT"));
        assertThat(deployment.text("spec.template.spec.securityContext.runAsUser"))
                .isEqualTo("10001");
    }

    @Test
    void kubernetesObjectsFindOneAnother() throws IOException {
        YamlFile service = YamlFile.read(KUBERNETES.resolve("service.yaml"));
        YamlFile ingress = YamlFile.read(KUBERNETES.resolve("ingress.yaml"));
        YamlFile autoscaler = YamlFile.read(KUBERNETES.resolve("autoscaler.yaml"));
        YamlFile budget = YamlFile.read(KUBERNETES.resolve("disruption-budget.yaml"));
        Map<String, Object> labels = deployment.map("spec.template.metadata.labels");
        Map<String, String> ports = new TreeMap<>();
        for (Object port : deployment.list("spec.template.spec.containers.0.ports")) {
            ports.put(new YamlFile(port).text("name"), new YamlFile(port).text("containerPort"));
        }

        assertThat(ports)
                .containsEntry("http", podEnvironment().get("DUET_PORT"))
                .containsEntry("health", podEnvironment().get("DUET_HEALTH_PORT"));
        assertThat(List.of(
                        deployment.map("spec.selector.matchLabels"),
                        service.map("spec.selector"),
                        budget.map("spec.selector.matchLabels")))
                .containsOnly(labels);
        for (Object port : service.list("spec.ports")) {
            assertThat(ports).containsKey(new YamlFile(port).text("targetPort"));
        }
        assertThat(ingress.text("spec.rules.0.http.paths.0.backend.service.name"))
                .isEqualTo(service.text("metadata.name"));
        assertThat(service.text("spec.ports.0.name"))
                .isEqualTo(ingress.text("spec.rules.0.http.paths.0.backend.service.port.name"));
        assertThat(autoscaler.text("spec.scaleTargetRef.name")).isEqualTo(deployment.text("metadata.name"));
        assertThat(autoscaler.text("spec.metrics.0.resource.target.averageUtilization"))
                .isEqualTo("60");
        assertThat(deployment.text("spec.template.spec.containers.0.resources.requests.cpu"))
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"startupProbe:/healthz", "readinessProbe:/readyz", "livenessProbe:/healthz"})
    void probesAskTheHealthPort(String probe) {
        String get = "spec.template.spec.containers.0." + probe.split(":")[0] + ".httpGet.";

        assertThat(deployment.text(get + "path")).isEqualTo(probe.split(":")[1]);
        assertThat(deployment.text(get + "port")).isEqualTo("health");
    }

    static Stream<Map<String, String>> environments() {
        return Stream.of(
                containerEnvironment("duet-1"),
                containerEnvironment("duet-2"),
                containerEnvironment("duet-3"),
                podEnvironment());
    }

    private static Map<String, String> containerEnvironment(String service) {
        Map<String, String> environment = imageEnvironment();
        compose.map("services." + service + ".environment")
                .forEach((name, value) -> environment.put(name, String.valueOf(value)));
        return environment;
    }

    private static Map<String, String> podEnvironment() {
        Map<String, String> environment = imageEnvironment();
        for (Object variable : deployment.list("spec.template.spec.containers.0.env")) {
            YamlFile one = new YamlFile(variable);
            environment.put(
                    one.text("name"), one.find("value").map(String::valueOf).orElseGet(() -> secret(one)));
        }
        return environment;
    }

    private static String secret(YamlFile variable) {
        try {
            YamlFile secret = YamlFile.read(KUBERNETES.resolve("secret.yaml"));
            assertThat(variable.text("valueFrom.secretKeyRef.name")).isEqualTo(secret.text("metadata.name"));
            return secret.text("stringData." + variable.text("valueFrom.secretKeyRef.key"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> imageEnvironment() {
        Map<String, String> environment = new HashMap<>();
        for (String variable : found("ENV (.*)", dockerfile).group(1).split(" ")) {
            environment.put(variable.split("=")[0], variable.split("=")[1]);
        }
        return environment;
    }

    /** How long the server may take to end. */
    private static Duration drain(Map<String, String> environment) {
        String printed = configuration(environment);
        Duration sum = CLOSE;
        for (String part : List.of("drain-delay", "drain-time", "drain-timeout")) {
            sum = sum.plus(Duration.parse(found(part + ": '(\\S+)'", printed).group(1)));
        }
        return sum;
    }

    private static String configuration(Map<String, String> environment) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                new CommandLine(new Main()).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        assertThat(Main.run(commandLine, InputStream.nullInputStream(), environment, "serve", "--print-config"))
                .as(err.toString())
                .isZero();
        return out.toString();
    }

    private static Duration seconds(String text) {
        return new DurationConverter().convert(text);
    }

    private static Matcher found(String regex, String text) {
        Matcher matcher = Pattern.compile(regex).matcher(text);
        assertThat(matcher.find()).as("%s in%n%s", regex, text).isTrue();
        return matcher;
    }
}
