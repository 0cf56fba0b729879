package io.duet.adapter;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One namespace's rooms and its share of the cluster (socket.io-adapter 2.5).
 *
 * <p>Every method may be called from any thread and never blocks; a returned stage completes on a thread of the adapter, so continuations must
 * not block either. Operations take effect on this node even while the cluster cannot be reached; what goes wrong there is reported by the
 * adapter, never thrown into the caller. Order: operations that one thread issues one after another reach each other node in that order.
 */
public interface Adapter {
    // Rooms: always of this node

    /**
     * Puts a socket into rooms; being there already is no fault. Local broadcasts reach it once this returns.
     *
     * @return done when broadcasts of other nodes reach it too
     */
    CompletionStage<Void> addAll(LocalSocket socket, Set<String> rooms);

    /** Takes a socket out of a room; not being there is no fault. */
    void del(LocalSocket socket, String room);

    /** Takes a socket out of all its rooms. */
    void delAll(LocalSocket socket);

    /** Ids of this node's sockets that are in any of these rooms; of all sockets if {@code rooms} is empty. */
    Set<String> sockets(Set<String> rooms);

    /** The rooms this socket is in; empty if there is no such socket here. A copy. */
    Set<String> socketRooms(String socketId);

    /** The rooms that have a member on this node. A copy. */
    Set<String> rooms();

    /** How many {@link #rooms()} are. */
    int roomCount();

    /** Adds a listener of room events; it stays as long as the adapter. */
    void addRoomListener(RoomListener listener);

    // Sending: everywhere, unless flags say local

    /**
     * Sends an event to the sockets that {@code options} select. At most once for each.
     *
     * @throws IllegalArgumentException if the packet cannot be encoded; nobody gets it then
     */
    void broadcast(EventPacket packet, BroadcastOptions options);

    /**
     * The same with an acknowledgement of each receiver. Every node that takes part calls {@link AckCollector#clients} once; how many they are
     * tells {@link #serverCount()}. Answers come until {@link BroadcastFlags#timeout()} is over.
     */
    void broadcastWithAck(EventPacket packet, BroadcastOptions options, AckCollector collector);

    /** Makes the selected sockets join rooms. */
    void addSockets(BroadcastOptions options, Set<String> rooms);

    /** Makes the selected sockets leave rooms. */
    void delSockets(BroadcastOptions options, Set<String> rooms);

    /** Disconnects the selected sockets from the namespace, or closes their connections. */
    void disconnectSockets(BroadcastOptions options, boolean close);

    /** Calls the server-side listeners of the other nodes, not of this one. {@code data}: event name, arguments. */
    void serverSideEmit(List<@Nullable Object> data);

    // Asking

    /** Descriptions of the selected sockets. Fails with {@link java.util.concurrent.TimeoutException} if a node did not answer. */
    CompletionStage<List<SocketDetails>> fetchSockets(BroadcastOptions options);

    /** As {@link #serverSideEmit}, with the first answer of each other node. Never fails for nodes that do not answer: they are counted. */
    CompletionStage<ServerSideAnswers> serverSideEmitWithAck(List<@Nullable Object> data, Duration timeout);

    /** How many nodes serve this namespace, this one included; at least 1. */
    CompletionStage<Integer> serverCount();

    /** Names of the rooms that have a member anywhere. */
    CompletionStage<Set<String>> allRooms();

    // Connection state recovery

    /** The position up to which everything that is kept for recovery has been delivered here; empty text if nothing ever is kept. */
    String position();

    /** Keeps the state of a socket that was lost, for as long as {@link RecoveryOptions} say. Adapters without recovery ignore it. */
    void persistSession(SessionState session);

    /**
     * Takes a kept session, once: a second call for the same {@code privateId} finds nothing.
     *
     * @param offset the position of the last packet the client has seen; empty if it has seen none since it was connected
     * @return with the position behind which the client has missed packets as {@link SessionState#offset}; empty if the session or the
     *     position is not known (any more)
     */
    CompletionStage<Optional<SessionState>> restoreSession(String privateId, Optional<String> offset);

    /** The packets behind {@link SessionState#offset()} that concern the session, in order, each with its own offset as last argument. */
    CompletionStage<List<EventPacket>> missedPackets(SessionState session);

    // History

    /**
     * What was broadcast to a room, in order. When the stage is done, whatever of it concerns this node's sockets has been delivered to those
     * that were in the room.
     *
     * @return fails with {@link UnsupportedOperationException} if nothing of this room is kept, with {@link IllegalArgumentException} if an
     *     offset is none
     */
    CompletionStage<List<KeptPacket>> history(String room, HistoryRange range);

    /** Leaves the cluster. The adapter must not be used afterwards. Done when other nodes no longer count this one. */
    CompletionStage<Void> close();
}
