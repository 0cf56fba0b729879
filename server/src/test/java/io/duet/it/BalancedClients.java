package io.duet.it;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** JavaScript clients that chat through a load balancer: {@code balanced.mjs} of the interoperability kit. */
final class BalancedClients implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String REPORT = "report ";

    private final NodeScript script;

    private BalancedClients(NodeScript script) {
        this.script = script;
    }

    /** Returns when all have upgraded to WebSocket and joined their rooms. */
    static BalancedClients start(LoadBalancer balancer, int count) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("--url", balancer.url(), "--clients", Integer.toString(count)));
        switch (balancer.kind()) {
            case HAPROXY_COOKIE, NGINX_COOKIE -> arguments.add("--cookies");
            case NGINX_HASH -> arguments.add("--forwarded");
            case HAPROXY_SID, NGINX_NONE -> {}
        }
        BalancedClients clients = new BalancedClients(NodeScript.kit("balanced.mjs", arguments.toArray(String[]::new)));
        clients.script.awaitLine("connected", LIMIT);
        return clients;
    }

    /** Returns at once. */
    static BalancedClients knocking(LoadBalancer balancer, int count) throws IOException {
        return new BalancedClients(
                NodeScript.kit("balanced.mjs", "--url", balancer.url(), "--clients", Integer.toString(count)));
    }

    /** Ends the chat. */
    List<Client> end() throws IOException, InterruptedException {
        script.send("end");
        String report = script.awaitLine(REPORT, LIMIT);
        script.assertPasses(LIMIT);
        return new ObjectMapper().readValue(report.substring(REPORT.length()), new TypeReference<>() {});
    }

    @Override
    public void close() {
        script.close();
    }

    /**
     * How a client fared. Times are in ms since 1970.
     *
     * @param expected messages for it that went out, as their senders were told
     * @param missed when those went out that it has not received
     */
    record Client(
            List<Long> connects,
            List<Disconnect> disconnects,
            List<Refusal> refusals,
            boolean joined,
            String transport,
            int expected,
            List<Long> missed) {}

    /** A connection that ended. */
    record Disconnect(long at, String reason) {}

    /** An attempt to connect that failed. */
    record Refusal(long at, String why) {}
}
