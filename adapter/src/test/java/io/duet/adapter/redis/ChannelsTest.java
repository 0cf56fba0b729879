package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ChannelsTest {
    static Stream<Vectors.Vector> broadcasts() {
        return Vectors.withPayload("classic-broadcast", "classic-recovery", "emitter")
                .filter(vector -> vector.decoded().isArray());
    }

    @ParameterizedTest
    @MethodSource("broadcasts")
    void publishesWhereNodeDoes(Vectors.Vector vector) {
        String prefix = vector.channel().substring(0, vector.channel().indexOf('#'));
        Channels channels =
                new Channels(prefix, vector.decoded().get(1).get("nsp").textValue());
        Set<String> rooms = new LinkedHashSet<>();
        vector.decoded().get(2).get("rooms").forEach(room -> rooms.add(room.asText()));

        assertThat(channels.broadcastTo(rooms)).isEqualTo(vector.channel());
        assertThat(channels.isBroadcast(vector.channel())).isTrue();
    }

    @Test
    void namesWhatNodeSubscribes() {
        Channels channels = new Channels("myapp", "/");
        List<List<String>> subscribed = Vectors.all("classic-options")
                .filter(vector -> vector.id().matches("classic-options subscribe\\.[12]"))
                .map(vector -> {
                    List<String> names = new java.util.ArrayList<>();
                    vector.json().get("args").forEach(name -> names.add(name.textValue()));
                    return names;
                })
                .toList();

        assertThat(subscribed)
                .containsExactly(
                        List.of(channels.pattern()),
                        List.of(channels.request(), channels.response(), channels.response("TBILlX")));
    }

    @ParameterizedTest
    @CsvSource({"v8#/#r1#, r1", "v8#/#r1, r", "v8#/#a#b#, a#b", "v8#/###, #"})
    void readsTheRoomOfAChannel(String channel, String room) {
        assertThat(new Channels("v8", "/").roomOf(channel)).contains(room);
    }

    @ParameterizedTest
    @CsvSource({"v8#/#", "v8#/##"})
    void findsNoRoomInAChannelThatConcernsAll(String channel) {
        assertThat(new Channels("v8", "/").roomOf(channel)).isEmpty();
    }

    @Test
    void knowsChannelsThatAreNotOfBroadcasts() {
        Channels channels = new Channels("v8", "/a");

        assertThat(channels.isBroadcast("v8#/#")).isFalse();
        assertThat(channels.isBroadcast(channels.request())).isFalse();
    }

    @Test
    void escapesWildcardsInItsPattern() {
        assertThat(new Channels("a*", "/b?[c]\\").pattern()).isEqualTo("a\\*#/b\\?\\[c\\]\\\\#*");
    }
}
