package io.duet.adapter;

import java.util.Optional;
import java.util.Set;

/** A socket of this node, as an adapter sees it. Implemented by the server; every method may be called from any thread and never blocks. */
public interface LocalSocket {
    /** The public id: 20 URL-safe characters; also the name of the socket's own room. */
    String id();

    /** Whether it has been accepted and has not left: others are not to be found. */
    boolean connected();

    /** What other nodes are told of this socket. */
    SocketDetails details();

    /** What is to survive the loss of its connection, as it is now; empty if its client cannot come back. */
    Optional<SessionState> session();

    /** Its client has come back by another connection, maybe at another node: this one is lost, and nobody has noticed yet. */
    void supersede();

    /** As {@code socket.join} by the application. */
    void join(Set<String> rooms);

    /** As {@code socket.leave} by the application. */
    void leave(Set<String> rooms);

    /** As {@code socket.disconnect(close)} by the application. */
    void disconnect(boolean close);
}
