package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is expected was {@code handshake.query} and {@code req._query} of socket.io 4.8.4 with engine.io 6.6.13 on Node 20. */
final class RequestTargetTest {
    @ParameterizedTest
    @MethodSource("queries")
    void readsQueriesAsNodeDoes(String sent, Map<String, String> expected) {
        Map<String, String> query = RequestTarget.parse("/socket.io/?" + sent).query();

        assertThat(query).isEqualTo(expected);
    }

    static Stream<Arguments> queries() {
        return Stream.of(
                query("a=1&a=2&a=3", "a", "3"),
                query("b=1&a=2&b=3", "b", "3", "a", "2"),
                query("a+b=c+d", "a b", "c d"),
                query("a=%2B%26+%3d", "a", "+& ="),
                query("%41=x", "A", "x"),
                query("a", "a", ""),
                query("a&b=1", "a", "", "b", "1"),
                query("a=", "a", ""),
                query("=", "", ""),
                query("=v", "", "v"),
                query("&&a=1&&", "a", "1"),
                query("a=1;b=2", "a", "1;b=2"),
                query("a;b", "a;b", ""),
                query("a=1=2", "a", "1=2"),
                query("a==", "a", "="),
                query("a[]=1&a[]=2", "a[]", "2"),
                query("A=1&a=2", "A", "1", "a", "2"),
                query("?a=?", "?a", "?"),
                query("a=1#b=2", "a", "1"),
                query("a=%zz", "a", "%zz"),
                query("a=%", "a", "%"),
                query("a=%4", "a", "%4"),
                query("a=%41%zz+%41", "a", "A%zz A"),
                query("%zz=1", "%zz", "1"),
                query("%=%", "%", "%"),
                query("a=%u1234", "a", "%u1234"),
                query("a=%C3%A9", "a", "\u00e9"),
                query("a=%F0%9F%98%80", "a", "\ud83d\ude00"),
                query("a=%E9+%zz", "a", "\ufffd %zz"),
                query("a=%c3%28x", "a", "\ufffd(x"),
                query("a=%FF%41", "a", "\ufffdA"),
                query("a=%F0%9F%98", "a", "\ufffd"),
                query("a=%E2%82%zz", "a", "\ufffd%zz"),
                query("a=%C0%80", "a", "\ufffd\ufffd"),
                query("a=%F4%90%80%80", "a", "\ufffd\ufffd\ufffd\ufffd"),
                query("a=\\", "a", "\\"),
                query("__proto__=1", "__proto__", "1"));
    }

    private static Arguments query(String sent, String... namesAndValues) {
        Map<String, String> expected = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            expected.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Arguments.of(sent, expected);
    }

    @Test
    void readsAllParametersHoweverMany() {
        String sent = IntStream.range(0, 2000).mapToObj(i -> "k" + i + "=1").collect(Collectors.joining("&"));

        assertThat(RequestTarget.parse("/?" + sent).query()).hasSize(2000);
    }

    @ParameterizedTest
    @CsvSource({"/a, /a", "/a?b, /a", "/a#x?y=1, /a", "/a%20b+c?d, /a b+c", "/a%zz%41?d=1, /a%zzA", "/a?b?c, /a"})
    void pathEndsAtQueryOrFragmentAndKeepsItsPlus(String sent, String path) {
        assertThat(RequestTarget.parse(sent).path()).isEqualTo(path);
    }
}
