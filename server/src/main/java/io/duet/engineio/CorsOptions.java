package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cross-origin access to polling, with the options and defaults of the {@code cors} npm package. WebSockets are not limited by it. */
public final class CorsOptions {
    /** Default methods of a preflight answer. */
    public static final String DEFAULT_METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE";

    /** Default status of a preflight answer. */
    public static final int DEFAULT_PREFLIGHT_STATUS = 204;

    private final Origins origins;
    private final String methods;
    private final @Nullable String allowedHeaders;
    private final @Nullable String exposedHeaders;
    private final boolean credentials;
    private final @Nullable Duration maxAge;
    private final int preflightStatus;

    private CorsOptions(Builder builder) {
        this.origins = builder.origins;
        this.methods = builder.methods;
        this.allowedHeaders = builder.allowedHeaders;
        this.exposedHeaders = builder.exposedHeaders;
        this.credentials = builder.credentials;
        this.maxAge = builder.maxAge;
        this.preflightStatus = builder.preflightStatus;
    }

    /** Any origin, by a literal {@code *}. */
    public static Builder anyOrigin() {
        return new Builder(new Origins.Literal("*"));
    }

    /** These origins; a single one is announced always, of several the one that asks. */
    public static Builder origins(String... origins) {
        if (origins.length == 1) {
            return new Builder(new Origins.Literal(origins[0]));
        }
        return new Builder(new Origins.Reflected(Set.of(origins)::contains));
    }

    /** Origins that match (anywhere in the text, as JavaScript's {@code test}). */
    public static Builder origins(Pattern pattern) {
        return new Builder(
                new Origins.Reflected(origin -> pattern.matcher(origin).find()));
    }

    /** Origins that the function accepts; called on an event loop. */
    public static Builder origins(Predicate<String> allowed) {
        return new Builder(new Origins.Reflected(allowed));
    }

    Origins origins() {
        return origins;
    }

    String methods() {
        return methods;
    }

    /** Absent: those that the request asks for. */
    Optional<String> allowedHeaders() {
        return Optional.ofNullable(allowedHeaders);
    }

    Optional<String> exposedHeaders() {
        return Optional.ofNullable(exposedHeaders);
    }

    boolean credentials() {
        return credentials;
    }

    Optional<Duration> maxAge() {
        return Optional.ofNullable(maxAge);
    }

    int preflightStatus() {
        return preflightStatus;
    }

    /** How {@code Access-Control-Allow-Origin} is found. */
    sealed interface Origins {
        /** The same for every request; {@code *} or one origin. */
        record Literal(String value) implements Origins {}

        /** The asking origin, if it is allowed. */
        record Reflected(Predicate<String> allowed) implements Origins {}
    }

    /** Not safe for several threads. */
    public static final class Builder {
        private final Origins origins;
        private String methods = DEFAULT_METHODS;
        private @Nullable String allowedHeaders;
        private @Nullable String exposedHeaders;
        private boolean credentials;
        private @Nullable Duration maxAge;
        private int preflightStatus = DEFAULT_PREFLIGHT_STATUS;

        private Builder(Origins origins) {
            this.origins = origins;
        }

        /** Default {@value CorsOptions#DEFAULT_METHODS}. */
        public Builder methods(String... methods) {
            this.methods = String.join(",", methods);
            return this;
        }

        /** Default: the headers that a preflight asks for. */
        public Builder allowedHeaders(String... headers) {
            this.allowedHeaders = String.join(",", headers);
            return this;
        }

        /** Default none. */
        public Builder exposedHeaders(String... headers) {
            this.exposedHeaders = String.join(",", headers);
            return this;
        }

        /** Whether cookies may be sent; default false. */
        public Builder credentials(boolean credentials) {
            this.credentials = credentials;
            return this;
        }

        /** How long a preflight answer may be kept, in whole seconds; default unset. */
        public Builder maxAge(Duration maxAge) {
            this.maxAge = requireNonNull(maxAge, "maxAge");
            return this;
        }

        /** Status of a preflight answer; default {@value CorsOptions#DEFAULT_PREFLIGHT_STATUS}. */
        public Builder preflightStatus(int status) {
            this.preflightStatus = status;
            return this;
        }

        /** @throws IllegalArgumentException if any origin were allowed together with credentials: browsers refuse that */
        public CorsOptions build() {
            if (credentials && origins.equals(new Origins.Literal("*"))) {
                throw new IllegalArgumentException("credentials: true (expected: named origins, not *, beside it)");
            }
            return new CorsOptions(this);
        }
    }
}
