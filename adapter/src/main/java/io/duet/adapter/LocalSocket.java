package io.duet.adapter;

import java.util.Set;

/** A socket of this node, as an adapter sees it. Implemented by the server; every method may be called from any thread and never blocks. */
public interface LocalSocket {
    /** The public id: 20 URL-safe characters; also the name of the socket's own room. */
    String id();

    /** Whether it has been accepted and has not left: others are not to be found. */
    boolean connected();

    /** What other nodes are told of this socket. */
    SocketDetails details();

    /** As {@code socket.join} by the application. */
    void join(Set<String> rooms);

    /** As {@code socket.leave} by the application. */
    void leave(Set<String> rooms);

    /** As {@code socket.disconnect(close)} by the application. */
    void disconnect(boolean close);
}
