package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SmallTextMapTest {
    private final SharedTexts shared = new SharedTexts();

    @Test
    void isEqualToItsOriginalAndInTheSameOrder() {
        Map<String, String> original = original();

        Map<String, String> copy = SmallTextMap.copyOf(original, shared);

        assertThat(copy).isEqualTo(original).hasSameHashCodeAs(original).containsExactlyEntriesOf(original);
        assertThat(copy).hasToString(original.toString());
    }

    @Test
    void findsWhatIsThereAndNothingElse() {
        Map<String, String> copy = SmallTextMap.copyOf(original(), shared);

        assertThat(copy.get("b")).isEqualTo("1");
        assertThat(copy.get("empty")).isEmpty();
        assertThat(copy.containsKey("empty")).isTrue();
        assertThat(copy.get("1")).isNull();
        assertThat(copy.containsKey("1")).isFalse();
        assertThat(copy.get(null)).isNull();
        assertThat(copy.getOrDefault("c", "none")).isEqualTo("none");
    }

    @Test
    void cannotBeChanged() {
        Map<String, String> copy = SmallTextMap.copyOf(original(), shared);

        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> copy.put("c", "3"));
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> copy.remove("a"));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> copy.entrySet().iterator().next().setValue("3"));
    }

    @Test
    void twoOfTheSameTextsShareThem() {
        Map<String, String> one = SmallTextMap.copyOf(Map.of(fresh("name"), fresh("value")), shared);
        Map<String, String> other = SmallTextMap.copyOf(Map.of(fresh("name"), fresh("value")), shared);

        assertThat(other.get("name")).isSameAs(one.get("name"));
        assertThat(other.keySet().iterator().next())
                .isSameAs(one.keySet().iterator().next());
    }

    @Test
    void longTextsAreNotShared() {
        String text = "x".repeat(257);

        assertThat(shared.share(text)).isSameAs(text);
        assertThat(shared.share(fresh(text))).isEqualTo(text).isNotSameAs(text);
    }

    @Test
    void textsThatDisplaceEachOtherStayWhatTheyAre() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(shared.share("text " + i)).isEqualTo("text " + i);
        }
    }

    private static Map<String, String> original() {
        Map<String, String> original = new LinkedHashMap<>();
        original.put("b", "1");
        original.put("a", "2");
        original.put("empty", "");
        return original;
    }

    private static String fresh(String text) {
        return new String(text.toCharArray());
    }
}
