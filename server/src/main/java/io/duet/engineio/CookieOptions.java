package io.duet.engineio;

import static java.util.Objects.requireNonNull;

/**
 * A cookie with the session id on the first answer of each session. Its only use is stickiness of load balancers: it is never read here.
 *
 * @param name default {@code io}
 * @param attributes what follows the value, default {@code Path=/; HttpOnly; SameSite=Lax}; empty for none
 */
public record CookieOptions(String name, String attributes) {
    public static final CookieOptions DEFAULT = new CookieOptions("io", "Path=/; HttpOnly; SameSite=Lax");

    public CookieOptions {
        if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
            throw new IllegalArgumentException("cookie name: " + name + " (expected: a token of RFC 6265)");
        }
        requireNonNull(attributes, "attributes");
    }

    String header(EngineSessionId id) {
        return name + "=" + id.value() + (attributes.isEmpty() ? "" : "; " + attributes);
    }
}
