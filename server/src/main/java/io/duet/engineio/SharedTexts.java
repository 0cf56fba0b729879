package io.duet.engineio;

import org.jspecify.annotations.Nullable;

/**
 * Makes equal texts one object. What a client sends with its request is mostly what others have sent, word for word (names of headers, user
 * agent, origin, path), and is kept as long as its session. A table of fixed size in which the last text of each place stays: what is not known,
 * or not known any more, is merely not shared. Safe for any thread, without a lock: strings need none to be handed over.
 */
final class SharedTexts {
    private static final int PLACES = 1024;

    /** Longer ones are cookies and tokens, each of its own. */
    private static final int MAX_CHARACTERS = 256;

    private final @Nullable String[] places = new String[PLACES];

    /** The same text, perhaps as an object that others have too. */
    String share(String text) {
        if (text.length() > MAX_CHARACTERS) {
            return text;
        }
        int hash = text.hashCode();
        int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
        String known = places[place];
        if (text.equals(known)) {
            return known;
        }
        places[place] = text;
        return text;
    }
}
