/**
 * The Socket.IO server: the API of the Node server in Java (socket.io 4.8, socket.io-protocol v5).
 *
 * <p>Begin with {@link io.duet.socketio.Server#builder()}. A {@link io.duet.socketio.Server} has
 * {@linkplain io.duet.socketio.Namespace namespaces}, a namespace has {@linkplain io.duet.socketio.Socket sockets}, and a
 * {@link io.duet.socketio.BroadcastOperator} says which of them an operation is for. Every public method may be called from any thread and
 * none blocks, unless it says so. Listeners of one socket run one at a time and in order.
 */
@NullMarked
package io.duet.socketio;

import org.jspecify.annotations.NullMarked;
