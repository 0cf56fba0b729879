package io.duet.bench;

import io.netty.bootstrap.Bootstrap;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Socket.IO client that does as little as a client can: messages are recognised by their first bytes, events go to the scenario as bytes.
 * Everything on the one thread of its {@link Load}.
 */
abstract class BenchClient {
    private static final byte[] CONNECT = Message.bytes("40");
    private static final byte[] BINARY_EVENT = Message.bytes("451-[\"bin\",{\"_placeholder\":true,\"num\":0}]");

    /** What a scenario does with events (2), acks (3) and attachments; {@code message} is shared and valid during the call. */
    interface Receiver {
        void onMessage(BenchClient client, byte[] message, int length);
    }

    /**
     * What clients have from their load.
     *
     * @param shared where each message is read into
     * @param onLost called if a connected client fails
     * @param onRead called for each read
     */
    record Wiring(int port, byte[] shared, Consumer<Throwable> onLost, Runnable onRead) {}

    final Wiring wiring;
    private final CompletableFuture<BenchClient> connected = new CompletableFuture<>();
    private @Nullable Receiver receiver;
    private boolean attachmentDue;
    private boolean closing;

    /** Free for the scenario: which of its clients this is. */
    int index;

    /** Free for the scenario: how many messages have been sent. */
    int sent;

    /** Free for the scenario: how many messages have come. */
    int received;

    /** Free for the scenario: a time. */
    long time;

    BenchClient(Wiring wiring) {
        this.wiring = wiring;
    }

    /** Starts to connect. */
    abstract void open(Bootstrap bootstrap);

    /** Sends a text message together with the next, unless {@link #flush} comes first. */
    abstract void write(byte[] text);

    /** Sends what was written. */
    abstract void flush();

    /** Sends a text message. */
    final void send(byte[] text) {
        write(text);
        flush();
    }

    /** Sends an attachment. */
    abstract void sendBinary(byte[] bytes);

    abstract void closeChannels();

    /** Complete once the namespace is joined. */
    final CompletableFuture<BenchClient> connected() {
        return connected;
    }

    final void receiver(Receiver newReceiver) {
        receiver = newReceiver;
    }

    final void close() {
        closing = true;
        closeChannels();
    }

    final boolean isClosing() {
        return closing;
    }

    final void fail(Throwable cause) {
        boolean early = connected.completeExceptionally(cause);
        if (!early && !closing) {
            wiring.onLost().accept(cause);
        }
        closing = true;
    }

    /** A text message of {@code length} bytes is in the shared array. */
    final void onText(int length) {
        byte[] message = wiring.shared();
        if (message[0] == '4' && length > 1 && (message[1] == '2' || message[1] == '3')) {
            pass(length);
        } else if (message[0] == '2') {
            send(Message.bytes("3"));
        } else if (message[0] == '0') {
            onOpen(message, length);
            send(CONNECT);
        } else if (Message.startsWith(message, length, CONNECT)) {
            connected.complete(this);
        } else if (Message.startsWith(message, length, BINARY_EVENT) && length == BINARY_EVENT.length) {
            attachmentDue = true;
        } else {
            throw new IllegalStateException(
                    "message: " + new String(message, 0, Math.min(length, 64), StandardCharsets.UTF_8));
        }
    }

    /** An attachment of {@code length} bytes is in the shared array. */
    final void onBinary(int length) {
        if (!attachmentDue) {
            throw new IllegalStateException("attachment of no event");
        }
        attachmentDue = false;
        pass(length);
    }

    /** The handshake has come. */
    void onOpen(byte[] handshake, int length) {}

    private void pass(int length) {
        Receiver current = receiver;
        if (current != null) {
            current.onMessage(this, wiring.shared(), length);
        }
    }
}
