package io.duet.socketio;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A content coding that the bundles of {@link ClientFiles} are kept in, the first the best (RFC 9110, section 8.4.1). */
enum ContentCoding {
    BR,
    GZIP,
    DEFLATE;

    /** Among equals the peer's order decides, as in the npm package negotiator. */
    private static final Comparator<Match> BEST_FIRST = Comparator.comparingDouble(Match::quality)
            .reversed()
            .thenComparing(Match::exact, Comparator.reverseOrder())
            .thenComparingInt(Match::position)
            .thenComparing(Match::coding);

    /** The value of {@code Content-Encoding}. */
    String token() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The coding that an {@code Accept-Encoding} header asks for most; empty if it allows none of them. */
    static Optional<ContentCoding> preferred(String acceptEncoding) {
        List<Wish> wishes = new ArrayList<>();
        for (String element : acceptEncoding.split(",", -1)) {
            wishes.add(Wish.parse(element, wishes.size()));
        }
        return Stream.of(values())
                .flatMap(coding -> coding.match(wishes).stream())
                .filter(match -> match.quality() > 0)
                .min(BEST_FIRST)
                .map(Match::coding);
    }

    /** What is said about this coding: by its name, else by an asterisk. */
    private Optional<Match> match(List<Wish> wishes) {
        return wishes.stream()
                .filter(wish -> wish.token().equals(token()) || wish.token().equals("*"))
                .map(wish -> new Match(this, wish.token().equals(token()), wish.quality(), wish.position()))
                .max(Comparator.comparing(Match::exact)
                        .thenComparingDouble(Match::quality)
                        .thenComparingInt(Match::position));
    }

    /** An element of {@code Accept-Encoding}. */
    private record Wish(String token, double quality, int position) {
        static Wish parse(String element, int position) {
            String[] parts = element.split(";", -1);
            double quality = 1;
            for (int i = 1; i < parts.length; i++) {
                String parameter = parts[i].trim();
                if (parameter.startsWith("q=")) {
                    quality = number(parameter.substring(2));
                }
            }
            return new Wish(parts[0].trim().toLowerCase(Locale.ROOT), quality, position);
        }

        private static double number(String text) {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                // Nonsense from a peer: it does not get what it cannot ask for.
                return 0;
            }
        }
    }

    private record Match(ContentCoding coding, boolean exact, double quality, int position) {}
}
