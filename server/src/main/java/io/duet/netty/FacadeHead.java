package io.duet.netty;

import static java.util.Objects.requireNonNull;

import com.corundumstudio.socketio.HandshakeData;
import com.corundumstudio.socketio.Transport;
import com.corundumstudio.socketio.handler.ClientHead;
import com.corundumstudio.socketio.namespace.Namespace;
import com.corundumstudio.socketio.protocol.EngineIOVersion;
import com.corundumstudio.socketio.protocol.Packet;
import com.corundumstudio.socketio.transport.NamespaceClient;
import io.duet.engineio.TransportName;
import io.duet.engineio.codec.ProtocolRevision;
import io.duet.socketio.Socket;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What the library takes for a client's connection: one for each socket, so that no namespace sees the store or the token of another. It holds
 * nothing but those; what the library's class does with channels and timers is switched off.
 */
final class FacadeHead extends ClientHead {
    private final Socket socket;
    private final FacadeContext context;

    /** Set once: the client refers to this. */
    private @Nullable FacadeClient client;

    private volatile boolean open = true;

    FacadeHead(Socket socket, FacadeContext context, HandshakeData handshake) {
        super(
                uuid(socket.id()),
                null,
                null,
                context.stores(),
                handshake,
                null,
                transport(socket),
                null,
                context.configuration(),
                Map.of(
                        EngineIOVersion.EIO,
                        List.of(Integer.toString(socket.conn().revision().number()))));
        this.socket = socket;
        this.context = context;
    }

    /** The id that the library's API has for a socket: the same for the same socket, wherever and whenever it is asked for. */
    static UUID uuid(String socketId) {
        return UUID.nameUUIDFromBytes(socketId.getBytes(StandardCharsets.UTF_8));
    }

    void client(FacadeClient owner) {
        client = owner;
    }

    Socket socket() {
        return socket;
    }

    FacadeContext context() {
        return context;
    }

    /** From now on the client counts as gone. */
    void shut() {
        open = false;
    }

    @Override
    public boolean isConnected() {
        return open;
    }

    @Override
    public boolean isChannelOpen() {
        return open;
    }

    @Override
    public boolean isWritable() {
        return open && socket.conn().queuedBytes() < context.highWaterMarkBytes();
    }

    @Override
    public Transport getCurrentTransport() {
        return transport(socket);
    }

    @Override
    public Set<Namespace> getNamespaces() {
        return Set.of(client().getNamespace());
    }

    @Override
    public @Nullable NamespaceClient getChildClient(Namespace namespace) {
        return client().getNamespace().equals(namespace) ? client : null;
    }

    @Override
    public @Nullable ChannelFuture send(Packet packet) {
        client().send(packet);
        return null;
    }

    @Override
    public @Nullable ChannelFuture send(Packet packet, Transport transport) {
        return send(packet);
    }

    /** Closes the connection, with the sockets in all namespaces. */
    @Override
    public void disconnect() {
        socket.disconnect(true);
    }

    @Override
    public NamespaceClient addNamespaceClient(Namespace namespace) {
        throw new UnsupportedOperationException(
                "client of " + namespace.getName() + " (expected: made by its CONNECT)");
    }

    @Override
    public void removeNamespaceClient(NamespaceClient gone) {
        // It was the only one.
    }

    @Override
    public void onChannelDisconnect() {
        // The socket hears of it from its session.
    }

    @Override
    public void bindChannel(Channel channel, Transport transport) {
        // The session owns the channels; so for the others below.
    }

    @Override
    public void releasePollingChannel(Channel channel) {}

    @Override
    public void upgradeCurrentTransport(Transport currentTransport) {}

    @Override
    public void schedulePing() {}

    @Override
    public void schedulePingTimeout() {}

    @Override
    public void cancelPing() {}

    @Override
    public void cancelPingTimeout() {}

    @Override
    public Queue<Packet> getPacketsQueue(Transport transport) {
        return new ConcurrentLinkedQueue<>();
    }

    private FacadeClient client() {
        return requireNonNull(client, "client");
    }

    private static Transport transport(Socket socket) {
        return socket.conn().transportName() == TransportName.WEBSOCKET ? Transport.WEBSOCKET : Transport.POLLING;
    }

    /** Whether heartbeats start with the client. */
    boolean isPinging() {
        return socket.conn().revision() == ProtocolRevision.V3;
    }
}
