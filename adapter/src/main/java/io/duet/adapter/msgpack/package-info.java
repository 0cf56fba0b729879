/**
 * Values between Java, Jackson trees and MessagePack, byte for byte as {@code notepack.io} 3 writes them.
 *
 * <p>Shape: {@link io.duet.adapter.msgpack.WireValues} turns the application's values into trees, {@link io.duet.adapter.msgpack.MessagePack}
 * turns trees into bytes and back. Nothing here knows what the values mean.
 */
@NullMarked
package io.duet.adapter.msgpack;

import org.jspecify.annotations.NullMarked;
