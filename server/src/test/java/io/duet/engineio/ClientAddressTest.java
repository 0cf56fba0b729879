package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom proxies say they speak for, above all in {@code Forwarded} (RFC 7239). */
final class ClientAddressTest {
    private static final String PROXY = "10.0.0.1";

    private final ClientAddress addresses = ClientAddress.trusting(List.of("10.0.0.0/8", "2001:db8:a::/48"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    for=203.0.113.7                                        | 203.0.113.7
                    For=203.0.113.7;proto=https;by=10.0.0.1                | 203.0.113.7
                    proto=https; for="203.0.113.7"                         | 203.0.113.7
                    for="203.0.113.7:4711"                                 | 203.0.113.7
                    for="[2001:db8::7]"                                    | 2001:db8::7
                    for="[2001:db8::7]:4711"                               | 2001:db8::7
                    for=6.6.6.6, for=203.0.113.7;proto=http, for=10.0.0.2  | 203.0.113.7
                    for=203.0.113.7,for="[2001:db8:a::1]:80"               | 203.0.113.7
                    for=10.0.0.3, for=10.0.0.2                             | 10.0.0.3
                    for=unknown                                            | 10.0.0.1
                    for=_hidden                                            | 10.0.0.1
                    for="_hidden:_port"                                    | 10.0.0.1
                    for=203.0.113.7, for=unknown, for=10.0.0.2             | 10.0.0.2
                    for="[2001:db8::7"                                     | 10.0.0.1
                    for=                                                   | 10.0.0.1
                    proto=https                                            | 10.0.0.1
                    """)
    void readsForwarded(String header, String expected) throws UnknownHostException {
        assertThat(clientOf(PROXY, Map.of("forwarded", header))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    203.0.113.7                    | 203.0.113.7
                    6.6.6.6, 203.0.113.7,10.0.0.2  | 203.0.113.7
                    203.0.113.7:4711               | 203.0.113.7
                    2001:db8::7                    | 2001:db8::7
                    [2001:db8::7]:4711             | 2001:db8::7
                    not an address                 | 10.0.0.1
                    """)
    void readsForwardedForBeforeForwarded(String header, String expected) throws UnknownHostException {
        Map<String, String> headers = Map.of("x-forwarded-for", header, "forwarded", "for=198.51.100.9");

        assertThat(clientOf(PROXY, headers)).isEqualTo(expected);
    }

    @Test
    void believesNobodyWhoIsNoTrustedProxy() throws UnknownHostException {
        Map<String, String> headers = Map.of("x-forwarded-for", "203.0.113.7", "forwarded", "for=203.0.113.7");

        assertThat(clientOf("192.0.2.1", headers)).isEqualTo("192.0.2.1");
    }

    private String clientOf(String peer, Map<String, String> headers) throws UnknownHostException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(peer), 50_000);
        EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return address;
            }
        };
        try {
            return addresses.of(channel, headers);
        } finally {
            channel.finishAndReleaseAll();
        }
    }
}
