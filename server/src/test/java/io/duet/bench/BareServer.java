package io.duet.bench;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The floor: what no server can do without. One thread, one read and one write a message, no JSON, nothing is checked, nobody is pinged, and
 * it waits for who reads slowly. It knows what the clients of {@code fanout}, {@code rooms}, {@code echo} and {@code churn} say over
 * WebSocket, and with Redis publishes what is for a room to those nodes that have members of it. Prints {@code ready <port>}.
 */
@Command(name = "bare")
public final class BareServer implements Callable<Integer> {
    private static final int BACKLOG = 4096;
    private static final int LARGEST = 32 * 1024;
    private static final String OPEN =
            "0{\"sid\":\"bare\",\"upgrades\":[],\"pingInterval\":600000,\"pingTimeout\":600000,\"maxPayload\":32768}";

    @Option(names = "--port")
    int port;

    @Option(names = "--redis", description = "a redis:// URI")
    String redis = "";

    private final Map<String, List<Client>> rooms = new HashMap<>();
    private final ByteBuffer frame = ByteBuffer.allocateDirect(LARGEST);
    private @Nullable RedisBus bus;

    private BareServer() {}

    /** Runs until SIGTERM. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BareServer()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        try (Selector selector = Selector.open();
                ServerSocketChannel acceptor = ServerSocketChannel.open()) {
            acceptor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
            register(selector, acceptor, SelectionKey.OP_ACCEPT, () -> accept(selector, acceptor));
            if (!redis.isEmpty()) {
                bus = new RedisBus(selector, URI.create(redis));
            }
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8)
                    .println("ready " + acceptor.socket().getLocalPort());
            while (true) {
                selector.select(key -> {
                    try {
                        ((Ready) key.attachment()).run();
                    } catch (IOException e) {
                        key.cancel();
                    }
                });
            }
        }
    }

    private interface Ready {
        void run() throws IOException;
    }

    private static void register(Selector selector, SelectableChannel channel, int operation, Ready ready)
            throws IOException {
        channel.configureBlocking(false);
        channel.register(selector, operation, ready);
    }

    private void accept(Selector selector, ServerSocketChannel acceptor) throws IOException {
        SocketChannel channel;
        while ((channel = acceptor.accept()) != null) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Client client = new Client(channel);
            register(selector, channel, SelectionKey.OP_READ, client::read);
        }
    }

    private void onText(Client client, String text) throws IOException {
        int array = text.indexOf('[');
        if (text.equals("40")) {
            client.send("40{\"sid\":\"bare\"}");
        } else if (array > 0) {
            String id = text.substring(2, array);
            String event = text.substring(array + 2, text.indexOf('"', array + 2));
            String arguments = text.substring(array + event.length() + 4);
            switch (event) {
                case "join" -> join(client, roomName(arguments), id);
                case "leave" -> leave(client, roomName(arguments), id);
                case "echo" -> client.send("43" + id + "[" + arguments);
                case "bcast" -> broadcast(arguments);
                default -> throw new IOException("event: " + event + " (expected: join, leave, echo or bcast)");
            }
        }
    }

    private static String roomName(String arguments) {
        return arguments.substring(1, arguments.length() - 2);
    }

    private void join(Client client, String room, String id) throws IOException {
        List<Client> members = rooms.computeIfAbsent(room, name -> new ArrayList<>());
        if (bus != null && members.isEmpty()) {
            bus.subscribe(room);
        }
        members.add(client);
        client.send("43" + id + "[\"ok\"]");
    }

    private void leave(Client client, String room, String id) throws IOException {
        rooms.getOrDefault(room, new ArrayList<>()).remove(client);
        client.send("43" + id + "[\"ok\"]");
    }

    private void broadcast(String arguments) throws IOException {
        int start = arguments.indexOf("\"room\":\"") + 8;
        String room = arguments.substring(start, arguments.indexOf('"', start));
        String text = "42[\"msg\"," + arguments;
        if (bus != null) {
            bus.publish(room, text);
        }
        deliver(room, text);
    }

    private void deliver(String room, String text) throws IOException {
        fill(text);
        for (Client member : rooms.getOrDefault(room, List.of())) {
            frame.rewind();
            member.connection.write(frame);
        }
    }

    private void fill(String text) {
        frame.clear().put((byte) 0x81);
        if (text.length() < 126) {
            frame.put((byte) text.length());
        } else {
            frame.put((byte) 126).putShort((short) text.length());
        }
        frame.put(text.getBytes(StandardCharsets.ISO_8859_1)).flip();
    }

    /** A WebSocket. */
    private final class Client {
        private final Connection connection;
        private boolean open;

        Client(SocketChannel channel) {
            connection = new Connection(channel);
        }

        void send(String text) throws IOException {
            fill(text);
            connection.write(frame);
        }

        void read() throws IOException {
            if (!connection.read()) {
                rooms.values().forEach(members -> members.remove(this));
                return;
            }
            ByteBuffer input = connection.input.flip();
            if (open || upgrade(input)) {
                while (readFrame(input)) {
                    // The next one, if it has come as well.
                }
            }
            input.compact();
        }

        private boolean upgrade(ByteBuffer input) throws IOException {
            String request =
                    StandardCharsets.ISO_8859_1.decode(input.duplicate()).toString();
            open = request.endsWith("\r\n\r\n");
            if (open) {
                input.position(input.limit());
                connection.write(ByteBuffer.wrap(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                + "Connection: Upgrade\r\nSec-WebSocket-Accept: not asked for\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1)));
                send(OPEN);
            }
            return open;
        }

        private boolean readFrame(ByteBuffer input) throws IOException {
            int at = input.position();
            if (input.remaining() < 8) {
                return false;
            }
            int first = input.get(at);
            int length = input.get(at + 1) & 0x7F;
            int payload = at + 6;
            if (length == 126) {
                length = input.getShort(at + 2) & 0xFFFF;
                payload = at + 8;
            }
            if (input.limit() < payload + length) {
                return false;
            }
            byte[] bytes = new byte[length];
            input.get(payload, bytes);
            for (int i = 0; i < length; i++) {
                bytes[i] ^= input.get(payload - 4 + (i & 3));
            }
            input.position(payload + length);
            if ((first & 0x0F) == 1) {
                onText(this, new String(bytes, StandardCharsets.ISO_8859_1));
            }
            return true;
        }
    }

    /** Two connections to Redis: one to publish, one for what others publish. */
    private final class RedisBus {
        private final Connection publisher;
        private final Connection subscriber;

        /** What this node has published begins with it. */
        private final String node = ProcessHandle.current().pid() + " ";

        RedisBus(Selector selector, URI uri) throws IOException {
            InetSocketAddress address = new InetSocketAddress(uri.getHost(), uri.getPort());
            publisher = new Connection(SocketChannel.open(address));
            subscriber = new Connection(SocketChannel.open(address));
            register(selector, publisher.channel, SelectionKey.OP_READ, () -> {
                publisher.read();
                publisher.input.clear();
            });
            register(selector, subscriber.channel, SelectionKey.OP_READ, this::readSubscriber);
        }

        void publish(String room, String text) throws IOException {
            send(publisher, "PUBLISH", room, node + text);
        }

        void subscribe(String room) throws IOException {
            send(subscriber, "SUBSCRIBE", room);
        }

        private void send(Connection connection, String... command) throws IOException {
            StringBuilder text = new StringBuilder("*" + command.length + "\r\n");
            for (String word : command) {
                text.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            frame.clear()
                    .put(text.toString().getBytes(StandardCharsets.ISO_8859_1))
                    .flip();
            connection.write(frame);
        }

        private void readSubscriber() throws IOException {
            subscriber.read();
            ByteBuffer input = subscriber.input.flip();
            String text = StandardCharsets.ISO_8859_1.decode(input.duplicate()).toString();
            int end = 0;
            int next;
            while ((next = readPush(text, end)) > end) {
                end = next;
            }
            input.position(end).compact();
        }

        /** Returns where an array of three ends that has come whole, or where it begins. */
        private int readPush(String text, int begin) throws IOException {
            String[] words = new String[3];
            int at = text.indexOf('\n', begin) + 1;
            for (int i = 0; i < words.length; i++) {
                int line = text.indexOf('\n', at) + 1;
                if (at == 0 || line == 0) {
                    return begin;
                }
                // The answer to SUBSCRIBE ends with a number.
                boolean number = text.charAt(at) == ':';
                int length = number ? 0 : Integer.parseInt(text.substring(at + 1, line - 2));
                int after = number ? line : line + length + 2;
                if (after > text.length()) {
                    return begin;
                }
                words[i] = text.substring(line, line + length);
                at = after;
            }
            if (words[0].equals("message") && !words[2].startsWith(node)) {
                deliver(words[1], words[2].substring(words[2].indexOf(' ') + 1));
            }
            return at;
        }
    }

    private static final class Connection {
        private final SocketChannel channel;
        private ByteBuffer input = ByteBuffer.allocateDirect(4096);

        Connection(SocketChannel channel) {
            this.channel = channel;
        }

        /** Reads once what has come; false, and closed, at the end. */
        boolean read() throws IOException {
            if (!input.hasRemaining()) {
                input = ByteBuffer.allocateDirect(input.capacity() * 2).put(input.flip());
            }
            if (channel.read(input) < 0) {
                channel.close();
                return false;
            }
            return true;
        }

        void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }
}
