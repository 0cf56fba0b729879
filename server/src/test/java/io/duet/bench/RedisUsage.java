package io.duet.bench;

import io.duet.redis.RedisServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a Redis has done so far, as it counts itself ({@code INFO}).
 *
 * <p>It does not count what it hands to subscribers, only bytes; but a message goes out to a subscriber in as many bytes as it came in with
 * PUBLISH or SPUBLISH ({@code message} is as long as {@code PUBLISH}), and with the pattern besides to who subscribed by that. So what goes out,
 * less the answers, is counted in messages of the size that comes in. With streams, the size is that of the last entries.
 *
 * @param calls of each command
 * @param answerBytes of the answer that said all this, in which they are not counted yet
 */
record RedisUsage(long cpuMicros, Map<String, Long> calls, long inputBytes, long outputBytes, int answerBytes) {
    /** {@code :1} and the end of the line. */
    private static final int PUBLISH_ANSWER = 4;

    /** The id of an entry. */
    private static final int APPEND_ANSWER = 22;

    /** Around the entries: two lists and the name of the stream. */
    private static final int STREAM_READ_ANSWER = 29;

    /** Of pmessage over message: a letter, and the pattern {@code socket.io#/#*} as text. */
    private static final int PATTERN = 1 + bulk("socket.io#/#*");

    private static final int PING = "*1\r\n$4\r\nPING\r\n".length();
    private static final int PONG = "+PONG\r\n".length();

    private static final List<String> COMMANDS = List.of("publish", "spublish", "ping", "xadd", "xread");
    private static final String STREAM = "socket.io";
    private static final String SAMPLED_ENTRIES = "100";

    static RedisUsage of(RedisServer redis) {
        String info = String.valueOf(redis.call("INFO", "cpu", "stats", "commandstats"));
        Map<String, String> fields = new HashMap<>();
        info.lines().filter(line -> line.contains(":")).forEach(line -> {
            int colon = line.indexOf(':');
            fields.put(line.substring(0, colon), line.substring(colon + 1));
        });
        return new RedisUsage(
                micros(fields, "used_cpu_user") + micros(fields, "used_cpu_sys"),
                COMMANDS.stream().collect(Collectors.toMap(Function.identity(), command -> calls(fields, command))),
                number(fields, "total_net_input_bytes"),
                number(fields, "total_net_output_bytes"),
                info.length());
    }

    RedisUsage minus(RedisUsage before) {
        Map<String, Long> difference = new HashMap<>(calls);
        before.calls.forEach((command, count) -> difference.merge(command, -count, Long::sum));
        return new RedisUsage(
                cpuMicros - before.cpuMicros,
                difference,
                inputBytes - before.inputBytes,
                outputBytes - before.outputBytes - before.answerBytes,
                answerBytes);
    }

    /** Of so many times the time, if this is a difference. */
    RedisUsage times(double factor) {
        Map<String, Long> more = new HashMap<>();
        calls.forEach((command, count) -> more.put(command, Math.round(count * factor)));
        return new RedisUsage(
                Math.round(cpuMicros * factor),
                more,
                Math.round(inputBytes * factor),
                Math.round(outputBytes * factor),
                0);
    }

    /** How many messages nodes were handed, if this is a difference; {@code redis} is asked how they go out. */
    double deliveries(RedisServer redis) {
        long pings = calls("ping");
        long published = calls("publish") + calls("spublish");
        long appended = calls("xadd");
        long output = outputBytes - pings * PONG;
        if (published > appended) {
            double input = (double) (inputBytes - pings * PING) / published;
            return (output - published * PUBLISH_ANSWER) / (input + (subscribedByPattern(redis) ? PATTERN : 0));
        }
        long answers = appended * APPEND_ANSWER + calls("xread") * STREAM_READ_ANSWER;
        return appended == 0 ? 0 : (output - answers) / entrySize(redis);
    }

    private long calls(String command) {
        return calls.getOrDefault(command, 0L);
    }

    private static boolean subscribedByPattern(RedisServer redis) {
        return !Long.valueOf(0).equals(redis.call("PUBSUB", "NUMPAT"));
    }

    private static double entrySize(RedisServer redis) {
        List<?> entries = (List<?>) redis.call("XREVRANGE", STREAM, "+", "-", "COUNT", SAMPLED_ENTRIES);
        return entries.stream().mapToInt(RedisUsage::size).average().orElseThrow();
    }

    /** Of a list or a text, as Redis sends it. */
    private static int size(Object value) {
        if (value instanceof List<?> list) {
            return ("*" + list.size() + "\r\n").length()
                    + list.stream().mapToInt(RedisUsage::size).sum();
        }
        return bulk(String.valueOf(value));
    }

    private static int bulk(String text) {
        return ("$" + text.length() + "\r\n" + text + "\r\n").length();
    }

    private static long micros(Map<String, String> fields, String name) {
        return Math.round(Double.parseDouble(fields.getOrDefault(name, "")) * 1e6);
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(fields.getOrDefault(name, ""));
    }

    /** From {@code calls=1,usec=2,...}; a command that was never called is not listed. */
    private static long calls(Map<String, String> fields, String command) {
        String numbers = fields.getOrDefault("cmdstat_" + command, "calls=0,");
        return Long.parseLong(numbers.substring("calls=".length(), numbers.indexOf(',')));
    }
}
