/**
 * The Redis wires of Socket.IO's Node adapters.
 *
 * <p>Shape of the classic wire ({@code @socket.io/redis-adapter} 8): {@link io.duet.adapter.redis.Channels} names the channels,
 * {@link io.duet.adapter.redis.ClusterMessage} is what travels on them, {@link io.duet.adapter.redis.ClassicCodec} turns it into bytes and
 * back. These three know no Redis client.
 *
 * <p>A {@link io.duet.adapter.redis.ClusterAdapter} is one namespace's share of the cluster on any wire; a {@link io.duet.adapter.redis.Wire}
 * knows where its messages go, and has the channels and the codec.
 */
@NullMarked
package io.duet.adapter.redis;

import org.jspecify.annotations.NullMarked;
