package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.BusStatistics.Discard;
import io.duet.adapter.RoomListener;
import io.duet.adapter.redis.RedisAdapterOptions.Subscription;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** The wire of {@code createAdapter} of {@code @socket.io/redis-adapter} 8.3: broadcasts, requests and answers each have channels of their own. */
final class ClassicWire implements Wire {
    private final String namespace;
    private final Bus bus;
    private final RedisAdapterOptions options;
    private final Predicate<String> hasRoom;
    private final Receiver receiver;
    private final Channels channels;
    private final ClassicCodec codec;
    private final String uid = ShortId.next();
    private final RoomChannels rooms;
    private final Subscriptions subscriptions = new Subscriptions();

    /** @param hasRoom whether a socket of this node is in a room */
    ClassicWire(
            String namespace,
            ObjectMapper mapper,
            Predicate<String> hasRoom,
            Bus bus,
            RedisAdapterOptions options,
            Receiver receiver) {
        this.namespace = namespace;
        this.bus = bus;
        this.options = options;
        this.hasRoom = hasRoom;
        this.receiver = receiver;
        this.channels = new Channels(options.key(), namespace);
        this.codec = new ClassicCodec(mapper);
        this.rooms = new RoomChannels(
                bus,
                room -> true,
                room -> bus.subscribe(channels.room(room), this::onBroadcast),
                options.unsubscribeLinger());
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public String newRequestId() {
        return ShortId.next();
    }

    /** The request channel last: other nodes count its subscribers, and who is counted must hear answers. */
    @Override
    public void start() {
        subscriptions.add(
                isPattern()
                        ? bus.subscribePattern(channels.pattern(), this::onBroadcast)
                        : bus.subscribe(channels.broadcast(), this::onBroadcast));
        subscriptions.add(bus.subscribe(channels.response(), this::onResponse));
        subscriptions.add(bus.subscribe(channels.response(uid), this::onResponse));
        subscriptions.addLast(() -> bus.subscribeCounted(channels.request(), this::onRequest));
    }

    private boolean isPattern() {
        return options.subscription() == Subscription.PATTERN;
    }

    @Override
    public RoomListener rooms() {
        return isPattern() ? new RoomListener() {} : rooms;
    }

    @Override
    public CompletionStage<Void> whenHeard(Set<String> names) {
        return isPattern() ? CompletableFuture.completedFuture(null) : rooms.whenHeard(names);
    }

    // Sending

    @Override
    public void send(Broadcast broadcast) {
        Set<String> names = broadcast.options().rooms();
        String channel = rooms.suffices(names) ? channels.broadcastTo(names) : channels.broadcast();
        bus.publish(channel, codec.encode(broadcast));
    }

    @Override
    public void send(Request request) {
        bus.publish(channels.request(), codec.encode(request));
        if (request instanceof Request.Join join) {
            rooms.joinedElsewhere(join.rooms());
        }
    }

    @Override
    public boolean returnsOwn() {
        return false;
    }

    @Override
    public boolean knowsAllRooms() {
        return true;
    }

    @Override
    public void respond(Request request, Response response) {
        boolean specific = options.publishOnSpecificResponseChannel()
                && !request.uid().isEmpty()
                && !(response instanceof Response.ServerSideAnswer);
        String channel = specific ? channels.response(request.uid()) : channels.response();
        bus.publish(channel, codec.encode(response));
    }

    @Override
    public CompletionStage<Integer> countServers() {
        return bus.countSubscribers(channels.request());
    }

    // Arriving

    private void onBroadcast(String channel, byte[] payload) {
        Optional<String> room = channels.roomOf(channel);
        if (room.isPresent() && !hasRoom.test(room.get())) {
            receiver.onUseless(Discard.UNADDRESSED);
            return;
        }
        receiver.take(() -> {
            Broadcast broadcast = codec.decodeBroadcast(payload);
            if (broadcast.uid().equals(uid)) {
                receiver.onUseless(Discard.OWN);
            } else if (broadcast.packet().namespace().equals(namespace)) {
                receiver.onBroadcast(broadcast, "");
            } else {
                receiver.onUseless(Discard.UNADDRESSED);
            }
        });
    }

    private void onRequest(String channel, byte[] payload) {
        receiver.take(() -> {
            Request request = codec.decodeRequest(payload);
            if (request.uid().equals(uid)) {
                receiver.onUseless(Discard.OWN);
            } else {
                receiver.onRequest(asNodeReceives(request));
            }
        });
    }

    /** Of a broadcast with acknowledgements, Node's receivers ignore all flags on this wire. */
    private static Request asNodeReceives(Request request) {
        return request instanceof Request.BroadcastWithAck broadcast ? broadcast.withTimeoutOnly() : request;
    }

    private void onResponse(String channel, byte[] payload) {
        receiver.take(() -> receiver.onResponse(codec.decodeResponse(payload)));
    }

    @Override
    public CompletionStage<Void> close() {
        return subscriptions.cancel();
    }
}
