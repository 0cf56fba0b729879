package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CookieOptionsTest {
    private static final EngineSessionId ID = new EngineSessionId("lv_VI97HAXpY6yYWAAAC");

    @Test
    void defaultIsThatOfNode() {
        assertThat(CookieOptions.DEFAULT.header(ID))
                .isEqualTo("io=lv_VI97HAXpY6yYWAAAC; Path=/; HttpOnly; SameSite=Lax");
    }

    @Test
    void nameAndAttributesAreTheUsers() {
        assertThat(new CookieOptions("lb", "Path=/chat; Secure").header(ID))
                .isEqualTo("lb=lv_VI97HAXpY6yYWAAAC; Path=/chat; Secure");
    }

    @Test
    void withoutAttributesThereIsNoSemicolon() {
        assertThat(new CookieOptions("lb", "").header(ID)).isEqualTo("lb=lv_VI97HAXpY6yYWAAAC");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a;b", "a=b", "a\r\nSet-Cookie: x", "\u00e9", "a\"", "(a)"})
    void namesThatAreNoTokensAreRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CookieOptions(name, ""))
                .withMessage("cookie name: " + name + " (expected: a token of RFC 6265)");
    }

    @Test
    void attributesAreRequired() {
        assertThatNullPointerException()
                .isThrownBy(() -> new CookieOptions("io", null))
                .withMessage("attributes");
    }
}
