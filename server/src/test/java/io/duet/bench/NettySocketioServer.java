package io.duet.bench;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;
import com.corundumstudio.socketio.store.RedissonStoreFactory;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.redisson.Redisson;
import org.redisson.config.Config;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Plain netty-socketio, none of Duet in it, with the handlers of the bench fixture. Prints {@code ready <port>}. */
@Command(name = "netty-socketio")
public final class NettySocketioServer implements Callable<Integer> {
    private static final int MAX_MESSAGE_BYTES = 1_000_000;

    @Option(names = "--port")
    int port;

    @Option(names = "--redis", description = "a redis:// URI, for its own store")
    String redis = "";

    @Option(names = "--deflate", description = "permessage-deflate")
    boolean deflate;

    private NettySocketioServer() {}

    /** Runs until SIGTERM. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new NettySocketioServer()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Configuration configuration = new Configuration();
        configuration.setHostname("127.0.0.1");
        configuration.setPort(port == 0 ? freePort() : port);
        configuration.setUseLinuxNativeEpoll(true);
        configuration.getSocketConfig().setReuseAddress(true);
        configuration.setMaxFramePayloadLength(MAX_MESSAGE_BYTES);
        configuration.setMaxHttpContentLength(MAX_MESSAGE_BYTES);
        configuration.setWebsocketCompression(deflate);
        if (!redis.isEmpty()) {
            Config config = new Config();
            config.useSingleServer().setAddress(redis);
            configuration.setStoreFactory(new RedissonStoreFactory(Redisson.create(config)));
        }
        SocketIOServer server = new SocketIOServer(configuration);
        addListeners(server);
        server.start();
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8)
                .println("ready " + configuration.getPort());
        new CountDownLatch(1).await();
        return 0;
    }

    private static void addListeners(SocketIOServer server) {
        server.addEventListener("join", String.class, (client, room, ack) -> {
            client.joinRoom(room);
            ack.sendAckData("ok");
        });
        server.addEventListener("leave", String.class, (client, room, ack) -> {
            client.leaveRoom(room);
            ack.sendAckData("ok");
        });
        server.addEventListener(
                "bcast", Map.class, (client, message, ack) -> server.getRoomOperations((String) message.get("room"))
                        .sendEvent("msg", message));
        server.addMultiTypeEventListener(
                "bin",
                (client, arguments, ack) ->
                        server.getRoomOperations((String) arguments.get(0)).sendEvent("bin", arguments.<Object>get(1)),
                String.class,
                byte[].class);
        server.addEventListener("echo", Map.class, (client, value, ack) -> ack.sendAckData(value));
    }

    /** It does not tell the port that it got. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
