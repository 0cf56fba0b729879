package io.duet.redis;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A key, its self-made certificate for 127.0.0.1, and a store that trusts it.
 *
 * @param trustStore PKCS12, with {@link #PASSWORD}
 */
public record TlsFiles(Path certificate, Path key, Path trustStore) {
    public static final String PASSWORD = "changeit";

    private static final String ALIAS = "redis";

    /** Makes them in this directory. */
    public static TlsFiles in(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        Path keys = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=redis",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool: " + output);
        }
        KeyStore store = KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray());
        Certificate certificate = store.getCertificate(ALIAS);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(ALIAS, certificate);
        Path trustStore = directory.resolve("trusted.p12");
        try (OutputStream stream = Files.newOutputStream(trustStore)) {
            trusted.store(stream, PASSWORD.toCharArray());
        }
        byte[] key = store.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
        return new TlsFiles(
                pem(directory.resolve("redis.crt"), "CERTIFICATE", certificate.getEncoded()),
                pem(directory.resolve("redis.key"), "PRIVATE KEY", key),
                trustStore);
    }

    /** What a Redis is told. */
    Map<String, String> options(int port) {
        return Map.of(
                "tls-port",
                Integer.toString(port),
                "tls-cert-file",
                certificate.toString(),
                "tls-key-file",
                key.toString(),
                "tls-ca-cert-file",
                certificate.toString(),
                "tls-auth-clients",
                "no",
                "tls-replication",
                "yes");
    }

    private static Path pem(Path file, String kind, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }
}
