package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.RoomListener;
import io.duet.adapter.redis.RedisAdapterOptions.SubscriptionMode;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The wire of {@code createShardedAdapter} of {@code @socket.io/redis-adapter} 8.3, over a bus whose publish/subscribe is sharded. */
final class ShardedWire implements Wire {
    /** Of a socket's id; a room with a name of that length is taken for one. */
    private static final int ID_LENGTH = 20;

    private final Bus bus;
    private final Receiver receiver;
    private final Channels channels;
    private final String uid = HexId.next();
    private final ClusterCodec codec;
    private final RoomChannels rooms;
    private final Subscriptions subscriptions = new Subscriptions();

    ShardedWire(String namespace, ObjectMapper mapper, Bus bus, RedisAdapterOptions options, Receiver receiver) {
        this.bus = bus;
        this.receiver = receiver;
        this.channels = new Channels(options.key(), namespace);
        this.codec = new ClusterCodec(namespace, uid, mapper, ClusterWriter.Nothing.ABSENT);
        SubscriptionMode mode = options.subscriptionMode();
        this.rooms = new RoomChannels(
                bus,
                room -> hasChannel(mode, room),
                room -> bus.subscribe(channels.room(room), this::onMessage),
                options.unsubscribeLinger());
    }

    /** Whether a message to these rooms has a channel of its own. */
    static boolean haveChannel(SubscriptionMode mode, Set<String> rooms) {
        return rooms.size() == 1 && hasChannel(mode, rooms.iterator().next());
    }

    private static boolean hasChannel(SubscriptionMode mode, String room) {
        return switch (mode) {
            case STATIC -> false;
            case DYNAMIC -> room.length() != ID_LENGTH;
            case DYNAMIC_PRIVATE -> true;
        };
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public String newRequestId() {
        return HexId.next();
    }

    /** The channel of the namespace last: other nodes count its subscribers, and who is counted must hear answers. */
    @Override
    public void start() {
        subscriptions.add(bus.subscribe(channels.node(uid), this::onMessage));
        subscriptions.addLast(() -> bus.subscribeCounted(channels.broadcast(), this::onMessage));
    }

    @Override
    public RoomListener rooms() {
        return rooms;
    }

    @Override
    public CompletionStage<Void> whenHeard(Set<String> names) {
        return rooms.whenHeard(names);
    }

    @Override
    public void send(Broadcast broadcast) {
        Set<String> names = broadcast.options().rooms();
        String channel = rooms.suffices(names) ? channels.broadcastTo(names) : channels.broadcast();
        bus.publish(channel, codec.encode(broadcast));
    }

    @Override
    public void send(Request request) {
        bus.publish(channels.broadcast(), codec.encode(request));
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
        return false;
    }

    @Override
    public void respond(Request request, Response response) {
        String channel = request.uid().isEmpty() ? channels.broadcast() : channels.node(request.uid());
        bus.publish(channel, codec.encode(response));
    }

    @Override
    public CompletionStage<Integer> countServers() {
        return bus.countSubscribers(channels.broadcast());
    }

    private void onMessage(String channel, byte[] payload) {
        receiver.take(() -> codec.decode(payload, receiver));
    }

    @Override
    public CompletionStage<Void> close() {
        return subscriptions.cancel();
    }
}
