package io.duet.adapter.redis;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;
import org.redisson.config.ReadMode;
import org.redisson.config.SubscriptionMode;

/**
 * A Redis by its URI: {@code redis://[user:password@]host:port}, {@code rediss://...} for TLS, or
 * {@code redis+sentinel://[user:password@]host:port[,host:port...]/masterName}. The password never shows in messages.
 */
final class RedisUri {
    private static final String SENTINEL = "redis+sentinel://";
    private static final int DEFAULT_PORT = 6379;
    private static final int DEFAULT_SENTINEL_PORT = 26379;
    private static final int TIMEOUT_MILLIS = 1000;

    private final boolean tls;
    private final @Nullable String master;
    private final List<String> addresses;
    private final @Nullable String user;
    private final @Nullable String password;

    private RedisUri(
            boolean tls,
            @Nullable String master,
            List<String> addresses,
            @Nullable String user,
            @Nullable String password) {
        this.tls = tls;
        this.master = master;
        this.addresses = addresses;
        this.user = user;
        this.password = password;
    }

    /** @throws IllegalArgumentException if the text is no such URI */
    static RedisUri parse(String text) {
        boolean sentinel = text.startsWith(SENTINEL);
        boolean tls = text.startsWith("rediss://");
        if (!sentinel && !tls && !text.startsWith("redis://")) {
            throw invalid(text);
        }
        String rest = text.substring(text.indexOf("://") + 3);
        int slash = rest.indexOf('/');
        String path = slash < 0 ? "" : rest.substring(slash + 1);
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        int at = authority.lastIndexOf('@');
        String credentials = at < 0 ? "" : authority.substring(0, at);
        List<String> addresses = new ArrayList<>();
        for (String hostAndPort : authority.substring(at + 1).split(",", -1)) {
            addresses.add(address(text, tls, hostAndPort, sentinel ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT));
        }
        if ((sentinel && path.isEmpty()) || (!sentinel && addresses.size() > 1)) {
            throw invalid(text);
        }
        int colon = credentials.indexOf(':');
        String user = colon > 0 ? decode(credentials.substring(0, colon)) : null;
        String password = credentials.isEmpty() ? null : decode(credentials.substring(colon + 1));
        return new RedisUri(tls, sentinel ? path : null, addresses, user, password);
    }

    /** The configuration that measured best: one connection, no retries of Redisson's own, everything in order. */
    Config config(ExecutorService receivers) {
        Config config = new Config();
        config.setCodec(ByteArrayCodec.INSTANCE)
                .setThreads(2)
                .setNettyThreads(2)
                .setKeepPubSubOrder(false)
                .setExecutor(receivers)
                .setLazyInitialization(true);
        if (user != null) {
            config.setUsername(user);
        }
        if (password != null) {
            config.setPassword(password);
        }
        if (master == null) {
            config.useSingleServer()
                    .setAddress(addresses.get(0))
                    .setConnectionMinimumIdleSize(1)
                    .setConnectionPoolSize(2)
                    .setSubscriptionConnectionMinimumIdleSize(1)
                    .setSubscriptionConnectionPoolSize(2)
                    .setSubscriptionsPerConnection(100_000)
                    .setTimeout(TIMEOUT_MILLIS)
                    .setConnectTimeout(TIMEOUT_MILLIS)
                    .setSubscriptionTimeout(5 * TIMEOUT_MILLIS)
                    .setRetryAttempts(0)
                    .setPingConnectionInterval(TIMEOUT_MILLIS)
                    .setReconnectionDelay(new ConstantDelay(Duration.ofMillis(200)))
                    .setDnsMonitoringInterval(-1);
        } else {
            config.useSentinelServers()
                    .setMasterName(master)
                    .addSentinelAddress(addresses.toArray(String[]::new))
                    .setCheckSentinelsList(false)
                    .setReadMode(ReadMode.MASTER)
                    .setSubscriptionMode(SubscriptionMode.MASTER)
                    .setScanInterval(500)
                    .setMasterConnectionMinimumIdleSize(1)
                    .setMasterConnectionPoolSize(2)
                    .setSlaveConnectionMinimumIdleSize(1)
                    .setSlaveConnectionPoolSize(2)
                    .setSubscriptionConnectionMinimumIdleSize(1)
                    .setSubscriptionConnectionPoolSize(2)
                    .setSubscriptionsPerConnection(100_000)
                    .setTimeout(TIMEOUT_MILLIS)
                    .setConnectTimeout(TIMEOUT_MILLIS)
                    .setSubscriptionTimeout(5 * TIMEOUT_MILLIS)
                    .setRetryAttempts(0)
                    .setPingConnectionInterval(TIMEOUT_MILLIS)
                    .setReconnectionDelay(new ConstantDelay(Duration.ofMillis(200)))
                    .setDnsMonitoringInterval(-1);
        }
        return config;
    }

    @Override
    public String toString() {
        return (master == null ? "" : "master " + master + " by sentinels ")
                + String.join(",", addresses)
                + (tls ? " (TLS)" : "");
    }

    private static String address(String uri, boolean tls, String hostAndPort, int defaultPort) {
        URI parsed = URI.create((tls ? "rediss://" : "redis://") + hostAndPort);
        if (parsed.getHost() == null) {
            throw invalid(uri);
        }
        return parsed.getPort() < 0 ? parsed + ":" + defaultPort : parsed.toString();
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static IllegalArgumentException invalid(String text) {
        String shown = text.replaceAll("//.*@", "//***@");
        return new IllegalArgumentException("redis: " + shown
                + " (expected: redis://host:port, rediss://host:port or redis+sentinel://host:port,.../masterName)");
    }
}
