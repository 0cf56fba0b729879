package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import io.duet.adapter.FakeSocket;
import io.duet.adapter.FakeSockets;
import io.duet.adapter.InMemoryAdapter;
import io.duet.adapter.SocketDetails;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node does and answers for each request; its sockets are a, in room r, and b. */
final class RequestResponderTest {
    private static final EventPacket EVENT = new EventPacket("/", List.of("e"));

    private final FakeSockets sockets = new FakeSockets();
    private final InMemoryAdapter local = InMemoryAdapter.keepingNothing(sockets);
    private final List<Response> responses = new ArrayList<>();
    private final RequestResponder responder =
            new RequestResponder(sockets, local, (request, response) -> responses.add(response));
    private final FakeSocket a = new FakeSocket("a", local);
    private final FakeSocket b = new FakeSocket("b", local);

    @BeforeEach
    void connect() {
        local.addAll(a, Set.of("a", "r"));
        local.addAll(b, Set.of("b"));
        sockets.add(a);
        sockets.add(b);
    }

    @Test
    void answersWhatItIsAsked() {
        responder.handle(new Request.SocketIds("u", "1", Set.of("r")));
        responder.handle(new Request.SocketIds("u", "2", Set.of("none")));
        responder.handle(new Request.AllRooms("u", "3"));

        assertThat(responses)
                .containsExactly(
                        new Response.SocketIds("1", Set.of("a")),
                        new Response.SocketIds("2", Set.of()),
                        new Response.Rooms("3", Set.of("a", "r", "b")));
    }

    @Test
    void describesItsSocketsAndSaysSoIfItHasNone() {
        responder.handle(new Request.FetchSockets("u", "1", to("r")));
        responder.handle(new Request.FetchSockets("u", "2", to("none")));

        assertThat(responses).hasSize(2);
        assertThat(((Response.Sockets) responses.get(0)).sockets())
                .extracting(SocketDetails::id)
                .containsExactly("a");
        assertThat(responses.get(1)).isEqualTo(new Response.Sockets("2", List.of()));
    }

    @Test
    void doesWhatItIsToldWithoutAWord() {
        responder.handle(new Request.Join("u", to("r"), Set.of("x", "y")));
        responder.handle(new Request.Leave("u", BroadcastOptions.ALL, Set.of("r", "y")));
        responder.handle(new Request.Disconnect("", to("b"), true));

        assertThat(local.socketRooms("a")).containsExactlyInAnyOrder("a", "x");
        assertThat(b.received()).containsExactly("disconnect and close");
        assertThat(responses).isEmpty();
    }

    @Test
    void answersALegacyRequestOnlyIfTheSocketIsHere() {
        responder.handle(new Request.LegacyJoin("u", "1", "a", "x"));
        responder.handle(new Request.LegacyLeave("u", "2", "a", "r"));
        responder.handle(new Request.LegacyDisconnect("u", "3", "b", false));
        responder.handle(new Request.LegacyJoin("u", "4", "elsewhere", "x"));
        responder.handle(new Request.LegacyLeave("u", "5", "elsewhere", "x"));
        responder.handle(new Request.LegacyDisconnect("u", "6", "elsewhere", true));

        assertThat(responses).containsExactly(new Response.Done("1"), new Response.Done("2"), new Response.Done("3"));
        assertThat(local.socketRooms("a")).containsExactlyInAnyOrder("a", "x");
        assertThat(b.received()).containsExactly("disconnect");
    }

    @Test
    void countsItsClientsOnceThenPassesOnEachAnswer() {
        responder.handle(new Request.BroadcastWithAck("u", "1", EVENT, BroadcastOptions.ALL));
        responder.handle(new Request.BroadcastWithAck("u", "2", EVENT, to("none")));

        assertThat(responses)
                .containsExactly(
                        new Response.ClientCount("1", 2),
                        new Response.Acknowledgement("1", Optional.of("a")),
                        new Response.Acknowledgement("1", Optional.of("b")),
                        new Response.ClientCount("2", 0));
    }

    @Test
    void tellsAnEmptyAcknowledgementFromANull() {
        sockets.acknowledgeWith(List.of());
        responder.handle(new Request.BroadcastWithAck("u", "1", EVENT, to("a")));
        sockets.acknowledgeWith(Collections.singletonList(null));
        responder.handle(new Request.BroadcastWithAck("u", "2", EVENT, to("a")));
        sockets.acknowledgeWith(List.of("first", "second"));
        responder.handle(new Request.BroadcastWithAck("u", "3", EVENT, to("a")));

        assertThat(responses)
                .filteredOn(Response.Acknowledgement.class::isInstance)
                .containsExactly(
                        new Response.Acknowledgement("1", Optional.empty()),
                        new Response.Acknowledgement("2", Optional.of(NullNode.getInstance())),
                        new Response.Acknowledgement("3", Optional.of("first")));
    }

    @Test
    void aQuestionHasItsFlagsAndOnTheClassicWireOnlyItsTimeout() {
        BroadcastFlags flags = BroadcastFlags.NONE
                .withVolatile()
                .withCompress(false)
                .withTimeout(Duration.ofSeconds(1))
                .withExpectSingleResponse();

        Request.BroadcastWithAck question =
                new Request.BroadcastWithAck("u", "1", EVENT, new BroadcastOptions(Set.of(), Set.of(), flags));

        responder.handle(question);
        assertThat(sockets.lastFlags()).isEqualTo(flags);
        responder.handle(question.withTimeoutOnly());
        assertThat(sockets.lastFlags()).isEqualTo(BroadcastFlags.NONE.withTimeout(Duration.ofSeconds(1)));
    }

    @Test
    void answersAServerSideEventOnlyIfAskedTo() {
        sockets.answerServerSideWith(List.of());
        responder.handle(new Request.ServerSideEmit("u", Optional.empty(), List.of("e", 1)));
        responder.handle(new Request.ServerSideEmit("u", Optional.of("1"), List.of("e", 2)));
        sockets.answerServerSideWith(List.of("yes", "and no"));
        responder.handle(new Request.ServerSideEmit("u", Optional.of("2"), List.of("e", 3)));

        assertThat(sockets.serverSideEvents()).containsExactly(List.of("e", 1), List.of("e", 2), List.of("e", 3));
        assertThat(responses)
                .containsExactly(
                        new Response.ServerSideAnswer("1", Optional.empty()),
                        new Response.ServerSideAnswer("2", Optional.of("yes")));
    }

    private static BroadcastOptions to(String room) {
        return new BroadcastOptions(Set.of(room), Set.of(), BroadcastFlags.NONE);
    }
}
