/**
 * The Redis wires of Socket.IO's Node adapters.
 *
 * <p>Shape of the classic wire ({@code @socket.io/redis-adapter} 8): {@link io.duet.adapter.redis.Channels} names the channels,
 * {@link io.duet.adapter.redis.ClusterMessage} is what travels on them, {@link io.duet.adapter.redis.ClassicCodec} turns it into bytes and
 * back. These three know no Redis client.
 */
@NullMarked
package io.duet.adapter.redis;

import org.jspecify.annotations.NullMarked;
