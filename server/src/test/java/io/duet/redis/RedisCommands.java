package io.duet.redis;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks a Redis, independently of the client library. One connection a call; answers of more than text are lists. */
final class RedisCommands {
    private static final int TIMEOUT_MILLIS = 2000;

    private RedisCommands() {}

    /** @throws IOException if there is no answer, or an error */
    static @Nullable Object call(int port, String... command) throws IOException {
        return call(port, List.of(), command);
    }

    /** @param login user and password, or nothing */
    static @Nullable Object call(int port, List<String> login, String... command) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            DataInputStream input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            if (!login.isEmpty()) {
                write(socket, List.of("AUTH", login.get(0), login.get(1)));
                read(input);
            }
            write(socket, List.of(command));
            return read(input);
        }
    }

    private static void write(Socket socket, List<String> command) throws IOException {
        StringBuilder text = new StringBuilder("*" + command.size() + "\r\n");
        for (String part : command) {
            int length = part.getBytes(StandardCharsets.UTF_8).length;
            text.append('$').append(length).append("\r\n").append(part).append("\r\n");
        }
        socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Object read(DataInputStream input) throws IOException {
        String line = line(input);
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+':
                return rest;
            case ':':
                return Long.valueOf(rest);
            case '$':
                int length = Integer.parseInt(rest);
                if (length < 0) {
                    return null;
                }
                byte[] bytes = input.readNBytes(length);
                line(input);
                return new String(bytes, StandardCharsets.UTF_8);
            case '*':
                List<@Nullable Object> list = new ArrayList<>();
                for (int i = 0; i < Integer.parseInt(rest); i++) {
                    list.add(read(input));
                }
                return list;
            default:
                throw new IOException("redis: " + line);
        }
    }

    private static String line(DataInputStream input) throws IOException {
        StringBuilder text = new StringBuilder();
        while (true) {
            char next = (char) input.readUnsignedByte();
            if (next == '\n') {
                return text.substring(0, text.length() - 1);
            }
            text.append(next);
        }
    }
}
