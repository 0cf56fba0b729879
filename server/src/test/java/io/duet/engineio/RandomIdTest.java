package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RandomIdTest {
    private static final int IDS = 20_000;

    @Test
    void idsAreTwentyUrlSafeCharacters() {
        assertThat(Stream.generate(RandomId::next).limit(200)).allMatch(id -> id.matches("[A-Za-z0-9_-]{20}"));
    }

    @Test
    void noTwoAreTheSame() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < IDS; i++) {
            assertThat(ids.add(RandomId.next())).isTrue();
        }
    }

    @Test
    void eachOfTheirBitsChanges() {
        BitSet everSet = new BitSet();
        BitSet alwaysSet = new BitSet();
        alwaysSet.set(0, 120);
        for (int i = 0; i < 200; i++) {
            BitSet bits = BitSet.valueOf(Base64.getUrlDecoder().decode(RandomId.next()));
            everSet.or(bits);
            alwaysSet.and(bits);
        }

        assertThat(everSet.cardinality()).isEqualTo(120);
        assertThat(alwaysSet.isEmpty()).isTrue();
    }
}
