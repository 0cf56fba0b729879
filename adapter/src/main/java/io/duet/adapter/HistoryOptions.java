package io.duet.adapter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which rooms have a history: what is broadcast to them is kept, for sockets that join later. Volatile and local packets, packets that ask for
 * acknowledgements, and those to everybody are not. Immutable.
 */
public final class HistoryOptions {
    /** No room has one. */
    public static final HistoryOptions NONE = new HistoryOptions(List.of());

    /** Its names as a regular expression. */
    private record Compiled(Rule rule, Pattern rooms) {}

    private final List<Compiled> rules;

    private HistoryOptions(List<Compiled> rules) {
        this.rules = rules;
    }

    /**
     * How much of some rooms is kept.
     *
     * @param rooms a name, in which {@code *} stands for any text
     * @param packets how many are kept of each room at most
     * @param age for how long, to the millisecond
     */
    public record Rule(String rooms, int packets, Duration age) {
        /** Of one room: a history is read as a whole. */
        public static final int MAX_PACKETS = 10_000;

        public Rule {
            if (rooms.isEmpty()) {
                throw new IllegalArgumentException("rooms: empty (expected: a name, or a pattern as chat:*)");
            }
            if (packets < 1 || packets > MAX_PACKETS) {
                throw new IllegalArgumentException("packets: " + packets + " (expected: 1 to " + MAX_PACKETS + ")");
            }
            if (age.toMillis() < 1) {
                throw new IllegalArgumentException("age: " + age + " (expected: 1 ms or more)");
            }
        }
    }

    /** The same with one more rule, for rooms that none before it fits. */
    public HistoryOptions with(Rule rule) {
        String names =
                Arrays.stream(rule.rooms().split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        List<Compiled> more = new ArrayList<>(rules);
        more.add(new Compiled(rule, Pattern.compile(names, Pattern.DOTALL)));
        return new HistoryOptions(List.copyOf(more));
    }

    /** Whether no room has one. */
    public boolean isNone() {
        return rules.isEmpty();
    }

    /** How much of a room is kept; empty: nothing. */
    public Optional<Rule> ruleOf(String room) {
        return rules.stream()
                .filter(compiled -> compiled.rooms.matcher(room).matches())
                .map(Compiled::rule)
                .findFirst();
    }

    /** What there is to say of a room that has none. */
    public static UnsupportedOperationException notKept(String room) {
        return new UnsupportedOperationException(
                "history: room " + room + " is not kept (expected: one that a rule of the server's history fits)");
    }

    /** Of the targets of a packet, those in whose histories it belongs. */
    public List<String> roomsOf(BroadcastOptions target) {
        Set<String> rooms = target.rooms();
        if (rules.isEmpty() || target.flags().isVolatile() || target.flags().local()) {
            return List.of();
        }
        return rooms.stream().filter(room -> ruleOf(room).isPresent()).toList();
    }
}
