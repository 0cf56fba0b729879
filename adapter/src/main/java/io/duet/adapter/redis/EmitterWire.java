package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.EventPacket;
import java.util.Set;

/** What an {@link Emitter} sends on one of the wires, and where. As {@link Wire}, without the half that listens. Immutable. */
interface EmitterWire {
    /** The same with values written by another mapper, which is copied. */
    EmitterWire mapper(ObjectMapper mapper);

    void send(EventPacket packet, BroadcastOptions options);

    /** @param request with options that have no flags */
    void send(String namespace, Request request);

    /** That of {@code @socket.io/redis-emitter} 5.1. */
    record Classic(Bus bus, String key, ClassicCodec codec) implements EmitterWire {
        @Override
        public EmitterWire mapper(ObjectMapper mapper) {
            return new Classic(bus, key, new ClassicCodec(mapper));
        }

        @Override
        public void send(EventPacket packet, BroadcastOptions options) {
            byte[] payload = codec.encode(new Broadcast(Broadcast.EMITTER, packet, options));
            bus.publish(new Channels(key, packet.namespace()).broadcastTo(options.rooms()), payload);
        }

        @Override
        public void send(String namespace, Request request) {
            bus.publish(new Channels(key, namespace).request(), codec.encode(request));
        }
    }

    /** For which Node has no emitter: what a server would send whose uid is that of emitters. */
    record Sharded(Bus bus, RedisAdapterOptions settings, ClusterWriter writer) implements EmitterWire {
        @Override
        public EmitterWire mapper(ObjectMapper mapper) {
            return new Sharded(bus, settings, new ClusterWriter(mapper, ClusterWriter.Nothing.ABSENT));
        }

        @Override
        public void send(EventPacket packet, BroadcastOptions options) {
            Set<String> rooms = options.rooms();
            Channels channels = new Channels(settings.key(), packet.namespace());
            String channel = ShardedWire.haveChannel(settings.subscriptionMode(), rooms)
                    ? channels.broadcastTo(rooms)
                    : channels.broadcast();
            // Without the uid: with that of emitters it would be written as Node's on the streams wire does.
            bus.publish(channel, codec(packet.namespace()).encode(new Broadcast("", packet, options)));
        }

        @Override
        public void send(String namespace, Request request) {
            bus.publish(
                    new Channels(settings.key(), namespace).broadcast(),
                    codec(namespace).encode(request));
        }

        private ClusterCodec codec(String namespace) {
            return new ClusterCodec(namespace, Broadcast.EMITTER, writer);
        }
    }

    /** That of {@code @socket.io/redis-streams-emitter} 0.1, where everything goes through the stream. */
    record Streamed(Bus bus, RedisAdapterOptions settings, ClusterWriter writer) implements EmitterWire {
        @Override
        public EmitterWire mapper(ObjectMapper mapper) {
            return new Streamed(bus, settings, new ClusterWriter(mapper, ClusterWriter.Nothing.NULL));
        }

        @Override
        public void send(EventPacket packet, BroadcastOptions options) {
            append(packet.namespace(), new Broadcast(Broadcast.EMITTER, packet, options));
        }

        @Override
        public void send(String namespace, Request request) {
            append(namespace, request);
        }

        private void append(String namespace, ClusterMessage message) {
            ClusterCodec codec = new ClusterCodec(namespace, Broadcast.EMITTER, writer);
            StreamEntry entry = codec.entry(message, settings.onlyPlaintext());
            bus.append(Streams.nameFor(namespace, settings), settings.maxLen(), entry);
        }
    }
}
