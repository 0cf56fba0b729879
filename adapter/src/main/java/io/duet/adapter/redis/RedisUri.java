package io.duet.adapter.redis;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;
import org.redisson.config.DelayStrategy;
import org.redisson.config.ReadMode;
import org.redisson.config.SubscriptionMode;

/**
 * A Redis by its URI: {@code redis://[user:password@]host:port}, {@code redis+sentinel://[user:password@]host:port[,host:port...]/masterName}, or
 * with {@code rediss} for TLS. The password never shows in messages. Sentinels that ask for a password get the same.
 */
final class RedisUri {
    private static final int DEFAULT_PORT = 6379;
    private static final int DEFAULT_SENTINEL_PORT = 26379;
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int SCAN_MILLIS = 200;
    private static final int DNS_MILLIS = 5000;
    private static final int EXECUTOR_IDLE_MILLIS = 1000;

    /**
     * Nothing is tried again. But Redisson's timer ticks every 100 ms if this is a whole number of them, else at half of what it has more, so by default,
     * where it is random, up to a hundred times a second.
     */
    private static final DelayStrategy RETRY_DELAY = new ConstantDelay(Duration.ofMillis(TIMEOUT_MILLIS));

    private static final Pattern SCHEME = Pattern.compile("redis(s?)(\\+sentinel)?://.*", Pattern.DOTALL);
    private static final Pattern MASTER = Pattern.compile("[^/?#]+");
    private static final Pattern DATABASE = Pattern.compile("\\d*");
    private static final Pattern CREDENTIALS = Pattern.compile("^([a-z+]*://)?.*@", Pattern.DOTALL);

    private final boolean tls;

    /** Empty without sentinels, as are user and password if there are none. */
    private final String master;

    private final List<String> addresses;
    private final String user;
    private final String password;

    private RedisUri(boolean tls, String master, List<String> addresses, String user, String password) {
        this.tls = tls;
        this.master = master;
        this.addresses = addresses;
        this.user = user;
        this.password = password;
    }

    /** @throws IllegalArgumentException if the text is no such URI; its message has no password */
    static RedisUri parse(String text) {
        Matcher scheme = SCHEME.matcher(text);
        if (!scheme.matches()) {
            throw invalid(text);
        }
        boolean tls = !scheme.group(1).isEmpty();
        boolean sentinel = scheme.group(2) != null;
        String rest = text.substring(text.indexOf("://") + 3);
        int at = rest.lastIndexOf('@');
        String credentials = at < 0 ? "" : rest.substring(0, at);
        String[] hostsAndPath = rest.substring(at + 1).split("/", 2);
        String path = hostsAndPath.length < 2 ? "" : hostsAndPath[1];
        List<String> addresses = new ArrayList<>();
        for (String hostAndPort : hostsAndPath[0].split(",", -1)) {
            addresses.add(address(text, tls, hostAndPort, sentinel ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT));
        }
        // Channels are the same in every database, so its number has no meaning here.
        boolean complete = sentinel
                ? MASTER.matcher(path).matches()
                : DATABASE.matcher(path).matches();
        if (!complete || (!sentinel && addresses.size() > 1)) {
            throw invalid(text);
        }
        int colon = credentials.indexOf(':');
        String user = colon > 0 ? credentials.substring(0, colon) : "";
        String password = credentials.substring(colon + 1);
        return new RedisUri(tls, sentinel ? path : "", addresses, decode(text, user), decode(text, password));
    }

    /**
     * What Redisson needs to know. It is asked where the master is, and for nothing else; see {@link RedisLink}.
     *
     * <p>One scan of a sentinel costs it three small commands; what is won is the time from its decision to ours.
     */
    Config config() {
        Config config = new Config();
        config.setCodec(ByteArrayCodec.INSTANCE)
                .setExecutor(executor())
                .setNettyThreads(2)
                .setUseScriptCache(true);
        if (!user.isEmpty()) {
            config.setUsername(user);
        }
        if (!password.isEmpty()) {
            config.setPassword(password);
        }
        if (master.isEmpty()) {
            config.useSingleServer()
                    .setAddress(addresses.get(0))
                    .setConnectionMinimumIdleSize(1)
                    .setConnectionPoolSize(1)
                    .setSubscriptionConnectionMinimumIdleSize(0)
                    .setSubscriptionConnectionPoolSize(1)
                    .setTimeout(TIMEOUT_MILLIS)
                    .setConnectTimeout(TIMEOUT_MILLIS)
                    .setRetryAttempts(0)
                    .setRetryDelay(RETRY_DELAY)
                    .setDnsMonitoringInterval(DNS_MILLIS);
        } else {
            config.useSentinelServers()
                    .setMasterName(master)
                    .addSentinelAddress(addresses.toArray(String[]::new))
                    .setCheckSentinelsList(false)
                    .setReadMode(ReadMode.MASTER)
                    .setSubscriptionMode(SubscriptionMode.MASTER)
                    .setScanInterval(SCAN_MILLIS)
                    .setMasterConnectionMinimumIdleSize(1)
                    .setMasterConnectionPoolSize(1)
                    .setSubscriptionConnectionMinimumIdleSize(0)
                    .setSubscriptionConnectionPoolSize(1)
                    .setTimeout(TIMEOUT_MILLIS)
                    .setConnectTimeout(TIMEOUT_MILLIS)
                    .setRetryAttempts(0)
                    .setRetryDelay(RETRY_DELAY)
                    .setDnsMonitoringInterval(DNS_MILLIS);
        }
        return config;
    }

    /**
     * Ends when it has had nothing to do for a while. One of Redisson's own ends before its connections do, and what they still bring is then an
     * exception in the log.
     */
    private static ExecutorService executor() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1,
                1,
                EXECUTOR_IDLE_MILLIS,
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("duet-redisson", true));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @Override
    public String toString() {
        return (master.isEmpty() ? "" : "master " + master + " by sentinels ")
                + String.join(",", addresses)
                + (tls ? " (TLS)" : "");
    }

    private static String address(String uri, boolean tls, String hostAndPort, int defaultPort) {
        URI parsed;
        try {
            parsed = new URI((tls ? "rediss://" : "redis://") + hostAndPort);
        } catch (URISyntaxException e) {
            throw invalid(uri);
        }
        if (parsed.getHost() == null || parsed.getPort() == 0 || parsed.getPort() > 65_535) {
            throw invalid(uri);
        }
        return parsed.getPort() < 0 ? parsed + ":" + defaultPort : parsed.toString();
    }

    private static String decode(String uri, String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid(uri);
        }
    }

    /** Without a cause, which might quote the password. */
    private static IllegalArgumentException invalid(String text) {
        String shown = CREDENTIALS.matcher(text).replaceFirst("$1***@");
        return new IllegalArgumentException("redis: " + shown
                + " (expected: redis://host:port, rediss://host:port, redis+sentinel://host:port,.../masterName or"
                + " rediss+sentinel://..., each with user:password@ before the host if needed)");
    }
}
