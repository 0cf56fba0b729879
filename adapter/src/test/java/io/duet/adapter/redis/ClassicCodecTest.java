package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.SocketDetails;
import io.duet.adapter.msgpack.MessagePack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClassicCodecTest {
    private static final EventPacket EVENT = new EventPacket("/", List.of("e"));
    private static final BroadcastOptions LOCAL =
            new BroadcastOptions(Set.of(), Set.of(), BroadcastFlags.NONE.withLocal());

    private final ClassicCodec codec = new ClassicCodec(new JsonMapper());

    static Stream<Arguments> legacy() {
        return Stream.of(
                Arguments.of(
                        new Request.SocketIds("u", "r", Set.of("a")),
                        "{\"uid\":\"u\",\"requestId\":\"r\",\"type\":0,\"rooms\":[\"a\"]}"),
                Arguments.of(
                        new Request.LegacyJoin("u", "r", "s", "a"),
                        "{\"uid\":\"u\",\"requestId\":\"r\",\"type\":2,\"sid\":\"s\",\"room\":\"a\"}"),
                Arguments.of(
                        new Request.LegacyLeave("u", "r", "s", "a"),
                        "{\"uid\":\"u\",\"requestId\":\"r\",\"type\":3,\"sid\":\"s\",\"room\":\"a\"}"),
                Arguments.of(
                        new Request.LegacyDisconnect("u", "r", "s", true),
                        "{\"uid\":\"u\",\"requestId\":\"r\",\"type\":4,\"sid\":\"s\",\"close\":true}"));
    }

    static Stream<Broadcast> unpublishableBroadcasts() {
        return Stream.of(
                new Broadcast("", EVENT, BroadcastOptions.ALL),
                new Broadcast("u", EVENT, LOCAL),
                new Broadcast("u", new EventPacket("/", List.of("e", new Object())), BroadcastOptions.ALL));
    }

    static Stream<Request> unpublishableRequests() {
        return Stream.of(
                new Request.AllRooms("", "r"),
                new Request.AllRooms("u", ""),
                new Request.Join("u", LOCAL, Set.of("a")),
                new Request.Leave("u", LOCAL, Set.of("a")),
                new Request.Disconnect("u", LOCAL, true),
                new Request.FetchSockets("u", "r", LOCAL),
                new Request.BroadcastWithAck("u", "r", EVENT, LOCAL),
                new Request.ServerSideEmit("u", Optional.empty(), List.of()),
                new Request.ServerSideEmit("u", Optional.of(""), List.of("e")),
                new Request.ServerSideEmit("u", Optional.empty(), Arrays.asList(null, "e")),
                new Request.ServerSideEmit("u", Optional.empty(), List.of("e", new Object())));
    }

    @ParameterizedTest
    @MethodSource("legacy")
    void readsAndWritesLegacyRequests(Request request, String text) {
        assertThat(codec.decodeRequest(utf8(text))).isEqualTo(request);
        assertThat(codec.encode(request)).isEqualTo(utf8(text));
    }

    @Test
    void readsRequestsAndResponsesInEitherEncoding() {
        Stream.of("classic-requests", "classic-legacy")
                .flatMap(Vectors::withPayload)
                .forEach(vector -> {
                    if (vector.json().get("encoding").textValue().equals("json")) {
                        byte[] other = MessagePack.encode(vector.decoded());
                        boolean request = vector.channel().contains("-request#");

                        ClusterMessage message = request ? codec.decodeRequest(other) : codec.decodeResponse(other);

                        assertThat(message)
                                .as(vector.id())
                                .isEqualTo(
                                        request
                                                ? codec.decodeRequest(vector.payload())
                                                : codec.decodeResponse(vector.payload()));
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("unpublishableBroadcasts")
    void refusesToWriteBroadcastsThatMustNotBePublished(Broadcast broadcast) {
        assertThatExceptionOfType(ClusterMessageException.class).isThrownBy(() -> codec.encode(broadcast));
    }

    @ParameterizedTest
    @MethodSource("unpublishableRequests")
    void refusesToWriteRequestsThatMustNotBePublished(Request request) {
        assertThatExceptionOfType(ClusterMessageException.class).isThrownBy(() -> codec.encode(request));
    }

    @Test
    void refusesToWriteANegativeCount() {
        assertThatExceptionOfType(ClusterMessageException.class)
                .isThrownBy(() -> codec.encode(new Response.ClientCount("r", -1)));
    }

    @Test
    void writesFlagsInTheOrderOfTheCallsAndReadsThemBack() {
        BroadcastFlags flags = BroadcastFlags.NONE
                .withTimeout(Duration.ofMillis(1500))
                .withVolatile()
                .withCompress(false)
                .withExpectSingleResponse();
        Broadcast broadcast = new Broadcast("u", EVENT, new BroadcastOptions(Set.of("a"), Set.of("b"), flags));

        byte[] bytes = codec.encode(broadcast);

        assertThat(MessagePack.decode(bytes).get(2))
                .hasToString("{\"rooms\":[\"a\"],\"except\":[\"b\"],\"flags\":"
                        + "{\"timeout\":1500,\"volatile\":true,\"compress\":false,\"expectSingleResponse\":true}}");
        assertThat(codec.decodeBroadcast(bytes)).isEqualTo(broadcast);
    }

    @Test
    void readsNumbersAsNamesAndLeavesOutWhatIsNeither() {
        Request request = codec.decodeRequest(
                utf8("{\"type\":2,\"opts\":{\"rooms\":[42,1.5,null,\"a\"],\"except\":[true]}," + "\"rooms\":[7,{}]}"));

        assertThat(request)
                .isEqualTo(new Request.Join(
                        "",
                        new BroadcastOptions(Set.of("42", "1.5", "a"), Set.of(), BroadcastFlags.NONE),
                        Set.of("7")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":2,\"opts\":{\"rooms\":[null]},\"rooms\":[\"a\"]}",
                "{\"type\":2,\"opts\":{\"rooms\":\"ab\"},\"rooms\":[\"a\"]}",
                "{\"type\":2,\"opts\":[],\"rooms\":[\"a\"]}",
                "{\"type\":1}",
                "{\"type\":\"1\",\"requestId\":\"r\"}",
                "{\"type\":1,\"requestId\":\"\"}",
                " {\"type\":1,\"requestId\":\"r\"}"
            })
    void refusesRequestsThatSayTooLittle(String text) {
        assertThatExceptionOfType(ClusterMessageException.class).isThrownBy(() -> codec.decodeRequest(utf8(text)));
    }

    @Test
    void tellsNothingFromNull() {
        assertThat(codec.decodeResponse(codec.encode(new Response.Acknowledgement("r", Optional.empty()))))
                .isEqualTo(new Response.Acknowledgement("r", Optional.empty()));
        assertThat(codec.decodeResponse(utf8("{\"type\":6,\"requestId\":\"r\",\"data\":null}")))
                .isEqualTo(new Response.ServerSideAnswer("r", Optional.of(JsonNodeFactory.instance.nullNode())));
    }

    @Test
    void fillsInWhatTheDescriptionOfASocketLacks() {
        Response response = codec.decodeResponse(
                utf8("{\"requestId\":\"r\",\"sockets\":[{\"id\":\"a\"},{\"data\":{}},{\"id\":\"b\"}]}"));

        assertThat(((Response.Sockets) response).sockets())
                .extracting(SocketDetails::id, SocketDetails::rooms, details -> details.data()
                        .size())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a", Set.of(), 0),
                        org.assertj.core.groups.Tuple.tuple("b", Set.of(), 0));
    }

    @Test
    void writesDatesAndBinaryAsEachEncodingHasThem() {
        List<Object> data = List.of("e", Instant.EPOCH, new byte[] {1});

        byte[] json = codec.encode(new Request.ServerSideEmit("u", Optional.empty(), data));
        byte[] messagePack =
                codec.encode(new Request.BroadcastWithAck("u", "r", new EventPacket("/", data), BroadcastOptions.ALL));

        assertThat(new String(json, StandardCharsets.UTF_8))
                .isEqualTo("{\"uid\":\"u\",\"type\":6,\"data\":[\"e\",\"1970-01-01T00:00:00.000Z\","
                        + "{\"type\":\"Buffer\",\"data\":[1]}]}");
        assertThat(MessagePack.decode(messagePack).get("packet").get("data"))
                .containsExactly(
                        JsonNodeFactory.instance.textNode("e"),
                        JsonNodeFactory.instance.pojoNode(Instant.EPOCH),
                        JsonNodeFactory.instance.binaryNode(new byte[] {1}));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
