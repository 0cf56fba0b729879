package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where and how connections are accepted. Immutable.
 *
 * @param port 0 for a free one
 * @param hostName the local address; {@code null} for all
 * @param keyStore serves TLS with this certificate; {@code null} for plain connections
 * @param proxyProtocol whether every connection begins with a PROXY protocol header (version 1 or 2) that names the client; connections
 *     without one are closed
 */
public record ListenOptions(
        int port, @Nullable String hostName, @Nullable KeyStoreFile keyStore, boolean proxyProtocol) {
    private static final int MAX_PORT = 65535;

    public ListenOptions {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0 to " + MAX_PORT + ")");
        }
    }

    /** All addresses, without TLS. */
    public static ListenOptions port(int port) {
        return new ListenOptions(port, null, null, false);
    }

    public ListenOptions withPort(int newPort) {
        return new ListenOptions(newPort, hostName, keyStore, proxyProtocol);
    }

    public ListenOptions withHost(String newHost) {
        return new ListenOptions(port, requireNonNull(newHost, "host"), keyStore, proxyProtocol);
    }

    public ListenOptions withTls(KeyStoreFile newKeyStore) {
        return new ListenOptions(port, hostName, requireNonNull(newKeyStore, "keyStore"), proxyProtocol);
    }

    public ListenOptions withProxyProtocol(boolean expected) {
        return new ListenOptions(port, hostName, keyStore, expected);
    }

    /** Absent: all addresses. */
    public Optional<String> host() {
        return Optional.ofNullable(hostName);
    }

    /** Absent: plain connections. */
    public Optional<KeyStoreFile> tls() {
        return Optional.ofNullable(keyStore);
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
