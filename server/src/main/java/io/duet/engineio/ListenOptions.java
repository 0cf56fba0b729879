package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where connections are accepted. Immutable. */
public final class ListenOptions {
    private static final int MAX_PORT = 65535;

    private final int port;
    private final @Nullable String host;
    private final @Nullable KeyStoreFile tls;

    private ListenOptions(int port, @Nullable String host, @Nullable KeyStoreFile tls) {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0 to " + MAX_PORT + ")");
        }
        this.port = port;
        this.host = host;
        this.tls = tls;
    }

    /**
     * All addresses, without TLS.
     *
     * @param port 0 for a free one
     */
    public static ListenOptions port(int port) {
        return new ListenOptions(port, null, null);
    }

    public ListenOptions withPort(int newPort) {
        return new ListenOptions(newPort, host, tls);
    }

    public ListenOptions withHost(String newHost) {
        return new ListenOptions(port, requireNonNull(newHost, "host"), tls);
    }

    public ListenOptions withTls(KeyStoreFile keyStore) {
        return new ListenOptions(port, host, requireNonNull(keyStore, "keyStore"));
    }

    public int port() {
        return port;
    }

    /** Absent: all addresses. */
    public Optional<String> host() {
        return Optional.ofNullable(host);
    }

    public Optional<KeyStoreFile> tls() {
        return Optional.ofNullable(tls);
    }

    /**
     * A certificate with its key.
     *
     * @param type {@code PKCS12} or {@code JKS}
     * @param password of store and key; never shown by {@link #toString}
     */
    public record KeyStoreFile(Path file, String type, String password) {
        public KeyStoreFile {
            requireNonNull(file, "file");
            requireNonNull(type, "type");
            requireNonNull(password, "password");
        }

        @Override
        public String toString() {
            return type + " key store " + file;
        }
    }
}
