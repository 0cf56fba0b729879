package io.duet.it;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** What no correct client sends, drawn from a seed: some of it surely illegal, some of it correct bytes with a few changed. */
final class MalformedInput {
    private static final String[] METHODS = {"GET", "POST", "PUT", "OPTIONS", "DELETE", "HEAD", "G\u00e4T", "", "PRI"};
    private static final String[] TARGETS = {
        "/socket.io/?EIO=4&transport=polling",
        "/socket.io/?EIO=3&transport=polling&j=0",
        "/socket.io/?EIO=4&transport=websocket",
        "/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA",
        "/socket.io/?EIO=99&transport=carrier-pigeon",
        "/socket.io/?EIO=4&transport=polling&sid=%zz%",
        "/socket.io?%",
        "http://[::bad/socket.io/?EIO=4",
        "*",
        "/../../etc/passwd",
    };
    private static final String[] HEADERS = {
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Expect: 100-continue",
        "Origin: http://a\u0001b",
        "no colon at all",
        ": no name",
        "Content-Type: application/octet-stream",
        "Accept-Encoding: gzip;q=x, ,;",
    };

    /** Each closes the session of whoever sends it, joined to the main namespace or not. */
    private static final String[] ILLEGAL_PACKETS = {
        "42",
        "42{}",
        "42[]",
        "42[\"a\"",
        "42[null]",
        "42[{}]",
        "42[\"connect\"]",
        "42[\"disconnecting\",1]",
        "43",
        "431",
        "431{}",
        "45",
        "45-[\"a\"]",
        "450-[\"a\"]",
        "4511-[\"a\"]",
        "45x-[\"a\"]",
        "46-1[]",
        "44{\"message\":\"no\"}",
        "47",
        "49",
        "4x",
        "4",
        "42/nowhere,[\"a\"]",
        "41/nowhere,",
        "42/nowhere",
        "451-[\"a\",{\"_placeholder\":true,\"num\":0}]\u001e42[\"text in place of an attachment\"]",
        "7",
        "9",
        "x",
        "",
        "0",
        "2",
        "2probe",
        "40[]",
        "40\"text\"",
        "40{",
        "40nonsense",
        "42[\"a\"]trailing",
        "42999999999999999999999[\"a\"]",
        "42-1[\"a\"]",
    };

    private static final String[] LEGAL_PACKETS = {
        "40", "40{\"token\":\"t\"}", "40/custom,", "41", "42[\"echo\",1]",
                "421[\"echo\",{\"a\":[1,2.5e3,null,\"\\u00e4\"]}]",
        "43999[1]", "451-[\"echo\",{\"_placeholder\":true,\"num\":0}]", "3", "5", "6", "1",
        "452-7[\"echo\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]",
    };

    private final Random random;

    MalformedInput(long seed) {
        random = new Random(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    byte[] httpRequest() {
        StringBuilder request = new StringBuilder();
        request.append(pick(METHODS)).append(' ').append(pick(TARGETS)).append(" HTTP/1.1\r\nHost: x\r\n");
        for (int i = random.nextInt(3); i > 0; i--) {
            request.append(pick(HEADERS)).append("\r\n");
        }
        if (random.nextInt(20) == 0) {
            request.append("X-Long: ").append("x".repeat(20_000)).append("\r\n");
        }
        String body = random.nextBoolean() ? pick(ILLEGAL_PACKETS) : "";
        request.append("Content-Length: ")
                .append(body.length())
                .append("\r\n\r\n")
                .append(body);
        return mangled(request.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The body of a POST that a session does not survive. */
    String illegalPacket() {
        return random.nextInt(40) == 0 ? "42[\"echo\"," + "[".repeat(20_000) : pick(ILLEGAL_PACKETS);
    }

    /** Packets of a correct client, but changed, cut, repeated, in any order. */
    String anyPackets() {
        StringBuilder packets = new StringBuilder();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            packets.append(pick(random.nextInt(4) == 0 ? ILLEGAL_PACKETS : LEGAL_PACKETS))
                    .append(i > 1 ? "\u001e" : "");
        }
        return new String(mangled(packets.toString().getBytes(StandardCharsets.UTF_8)), StandardCharsets.ISO_8859_1);
    }

    /** A WebSocket frame after which the connection must be closed. */
    byte[] illegalFrame() {
        byte[] payload = "4hello".getBytes(StandardCharsets.US_ASCII);
        return switch (random.nextInt(8)) {
            case 0 -> WebSocketClient.frame(0x80 | (3 + random.nextInt(5)), payload);
            case 1 -> WebSocketClient.frame(0x80 | (0xB + random.nextInt(5)), payload);
            case 2 -> WebSocketClient.frame(0x81 | (0x10 << random.nextInt(3)), payload);
            case 3 -> new byte[] {(byte) 0x81, 2, '4', '0'};
            case 4 -> WebSocketClient.frame(0x09, payload);
            case 5 -> WebSocketClient.frame(0x89, new byte[126 + random.nextInt(500)]);
            case 6 -> WebSocketClient.frame(0x80, payload);
            default -> WebSocketClient.frame(0x81, new byte[] {'4', (byte) 0xC3, (byte) 0x28});
        };
    }

    /** WebSocket frames of a correct client, but changed, cut, repeated. */
    byte[] anyFrames() {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            byte[] payload = random.nextBoolean()
                    ? pick(LEGAL_PACKETS).getBytes(StandardCharsets.UTF_8)
                    : new byte[random.nextInt(300)];
            int[] firstBytes = {0x81, 0x81, 0x81, 0x82, 0x01, 0x80, 0x00, 0x89, 0x8A, 0x88};
            frames.writeBytes(WebSocketClient.frame(firstBytes[random.nextInt(firstBytes.length)], payload));
        }
        return mangled(frames.toByteArray());
    }

    private byte[] mangled(byte[] bytes) {
        byte[] result = bytes;
        for (int i = random.nextInt(4); i > 0 && result.length > 0; i--) {
            int at = random.nextInt(result.length);
            if (random.nextInt(3) == 0) {
                result = Arrays.copyOf(result, at);
            } else {
                result[at] = (byte) random.nextInt(256);
            }
        }
        return result;
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }
}
