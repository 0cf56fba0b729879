package io.duet.app;

import io.duet.adapter.RecoveryOptions;
import io.duet.engineio.CookieOptions;
import io.duet.engineio.CorsOptions;
import io.duet.engineio.ListenOptions;
import io.duet.engineio.TransportName;
import io.duet.socketio.ListenerExecution;
import io.duet.socketio.Server;
import io.duet.socketio.ServerBuilder;
import io.duet.socketio.codec.Parser;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the server and its engine, under the names of {@link ServerBuilder}; what is not given keeps the default there. */
final class ServerFlags {
    /** How packets travel. */
    enum ParserName {
        JSON,
        MSGPACK
    }

    @Option(
            names = "--port",
            paramLabel = "<port>",
            defaultValue = "3000",
            description = "port to listen on, 0 for any")
    private int port;

    @Option(names = "--host", paramLabel = "<host>", description = "address to listen on; default all")
    private @Nullable String host;

    @Option(names = "--path", paramLabel = "<path>", defaultValue = "/socket.io", description = "where clients connect")
    private String path = "";

    @Option(names = "--tls-key-store", paramLabel = "<file>", description = "serve TLS with this PKCS12 file")
    private @Nullable Path tlsKeyStore;

    @Option(names = "--tls-password", paramLabel = "<text>", description = "of key store and key")
    private @Nullable String tlsPassword;

    @Option(names = "--proxy-protocol", description = "connections begin with a PROXY header")
    private boolean proxyProtocol;

    @Option(
            names = "--trusted-proxies",
            paramLabel = "<net>",
            split = ",",
            description = "whose X-Forwarded-For counts: 10.0.0.0/8,...")
    private @Nullable List<String> trustedProxies;

    @Option(
            names = "--cors-origin",
            paramLabel = "<origin>",
            split = ",",
            description = "pages that may connect; * for any")
    private @Nullable List<String> corsOrigin;

    @Option(names = "--cors-credentials", description = "allow them cookies")
    private boolean corsCredentials;

    @Option(names = "--cookie", paramLabel = "<name>", description = "set a cookie for sticky balancers")
    private @Nullable String cookie;

    @Option(names = "--transports", paramLabel = "<name>", split = ",", description = "polling,websocket; default both")
    private @Nullable List<TransportName> transports;

    @Option(
            names = "--allow-upgrades",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "<bool>",
            description = "from polling to WebSocket; default true")
    private @Nullable Boolean allowUpgrades;

    @Option(names = "--allow-eio3", description = "serve JavaScript clients 1.x and 2.x too")
    private boolean allowEio3;

    @Option(
            names = "--serve-client",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "<bool>",
            description = "serve socket.io.js; default true")
    private @Nullable Boolean serveClient;

    @Option(names = "--ping-interval", paramLabel = "<time>", description = "between heartbeats; default 25s")
    private @Nullable Duration pingInterval;

    @Option(names = "--ping-timeout", paramLabel = "<time>", description = "to answer one; default 20s")
    private @Nullable Duration pingTimeout;

    @Option(names = "--upgrade-timeout", paramLabel = "<time>", description = "for an upgrade; default 10s")
    private @Nullable Duration upgradeTimeout;

    @Option(names = "--connect-timeout", paramLabel = "<time>", description = "to join a namespace; default 45s")
    private @Nullable Duration connectTimeout;

    @Option(
            names = "--ack-timeout",
            paramLabel = "<time>",
            description = "for answers to broadcasts and of other nodes; default 5s")
    private @Nullable Duration ackTimeout;

    @Option(names = "--max-http-buffer-size", paramLabel = "<size>", description = "of one message; default 1MB")
    private @Nullable ByteSize maxHttpBufferSize;

    @Option(names = "--max-queued-bytes", paramLabel = "<size>", description = "waiting for one client; default 8MiB")
    private @Nullable ByteSize maxQueuedBytes;

    @Option(
            names = "--max-queued-inbound-bytes",
            paramLabel = "<size>",
            description = "events waiting of one client; default 128KiB")
    private @Nullable ByteSize maxQueuedInboundBytes;

    @Option(names = "--http-compression", paramLabel = "<size>", description = "from this size on; default 1024")
    private @Nullable ByteSize httpCompression;

    @Option(names = "--per-message-deflate", paramLabel = "<size>", description = "from this size on; default off")
    private @Nullable ByteSize perMessageDeflate;

    @Option(names = "--parser", paramLabel = "<name>", description = "json (default) or msgpack")
    private @Nullable ParserName parser;

    @Option(names = "--max-attachments", paramLabel = "<n>", description = "binary parts of one packet; default 10")
    private @Nullable Integer maxAttachments;

    @Option(names = "--recovery", paramLabel = "<time>", description = "keep lost sockets for so long; default off")
    private @Nullable Duration recovery;

    @Option(names = "--listener-execution", paramLabel = "<name>", description = "workers (default) or event_loop")
    private @Nullable ListenerExecution listenerExecution;

    /** @throws IllegalArgumentException if a value is out of its bounds; the message names option, value and what was expected */
    ServerBuilder builder() {
        ServerBuilder builder = Server.builder()
                .port(port)
                .path(path)
                .proxyProtocol(proxyProtocol)
                .allowEIO3(allowEio3);
        listening(builder);
        engine(builder);
        given(connectTimeout, builder::connectTimeout);
        given(ackTimeout, builder::ackTimeout);
        given(serveClient, builder::serveClient);
        given(parser, name -> builder.parser(name == ParserName.MSGPACK ? Parser.MSGPACK : Parser.JSON));
        given(maxAttachments, builder::maxAttachments);
        given(maxQueuedInboundBytes, size -> builder.maxQueuedInboundBytes(size.bytes()));
        given(listenerExecution, builder::listenerExecution);
        RecoveryOptions usual = RecoveryOptions.DEFAULT;
        given(
                recovery,
                time -> builder.connectionStateRecovery(
                        new RecoveryOptions(time, usual.skipMiddlewares(), usual.maxPackets())));
        return builder;
    }

    int port() {
        return port;
    }

    /** Where the server listens, but for the port. */
    InetSocketAddress address(int otherPort) {
        return host == null ? new InetSocketAddress(otherPort) : new InetSocketAddress(host, otherPort);
    }

    boolean isTls() {
        return tlsKeyStore != null;
    }

    private void listening(ServerBuilder builder) {
        given(host, builder::host);
        given(trustedProxies, networks -> builder.trustedProxies(networks.toArray(String[]::new)));
        if (tlsKeyStore != null) {
            if (tlsPassword == null) {
                throw new IllegalArgumentException("tls-password: missing (expected: that of " + tlsKeyStore + ")");
            }
            builder.tls(new ListenOptions.KeyStoreFile(tlsKeyStore, "PKCS12", tlsPassword));
        }
    }

    private void engine(ServerBuilder builder) {
        given(corsOrigin, origins -> {
            CorsOptions.Builder cors = origins.contains("*")
                    ? CorsOptions.anyOrigin()
                    : CorsOptions.origins(origins.toArray(String[]::new));
            builder.cors(cors.credentials(corsCredentials).build());
        });
        given(cookie, name -> builder.cookie(new CookieOptions(name, CookieOptions.DEFAULT.attributes())));
        given(transports, names -> builder.transports(names.toArray(TransportName[]::new)));
        given(allowUpgrades, builder::allowUpgrades);
        given(pingInterval, builder::pingInterval);
        given(pingTimeout, builder::pingTimeout);
        given(upgradeTimeout, builder::upgradeTimeout);
        given(maxHttpBufferSize, size -> builder.maxHttpBufferSize(size.bytes()));
        given(maxQueuedBytes, size -> builder.maxQueuedBytes(size.bytes()));
        given(httpCompression, size -> builder.httpCompression(size.bytes()));
        given(perMessageDeflate, size -> builder.perMessageDeflate(size.bytes()));
    }

    private static <T> void given(@Nullable T value, Consumer<T> use) {
        if (value != null) {
            use.accept(value);
        }
    }
}
