package io.duet.engineio;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Texts by name in their order, unmodifiable, in one array: for the headers and parameters of a request, which are few, kept as long as their
 * session and seldom looked at. Looking up goes through them from the first.
 */
final class SmallTextMap extends AbstractMap<String, String> {
    /** Name, value, name, value. */
    private final String[] texts;

    private SmallTextMap(String[] texts) {
        this.texts = texts;
    }

    /** A copy whose names and values are shared with others. */
    static Map<String, String> copyOf(Map<String, String> map, SharedTexts shared) {
        if (map.isEmpty()) {
            return Map.of();
        }
        String[] texts = new String[map.size() * 2];
        int end = 0;
        for (Entry<String, String> entry : map.entrySet()) {
            texts[end++] = shared.share(entry.getKey());
            texts[end++] = shared.share(entry.getValue());
        }
        return new SmallTextMap(texts);
    }

    @Override
    public int size() {
        return texts.length / 2;
    }

    @Override
    public @Nullable String get(@Nullable Object name) {
        for (int i = 0; i < texts.length; i += 2) {
            if (texts[i].equals(name)) {
                return texts[i + 1];
            }
        }
        return null;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return get(name) != null;
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
        return new Entries();
    }

    private final class Entries extends AbstractSet<Entry<String, String>> {
        @Override
        public int size() {
            return texts.length / 2;
        }

        @Override
        public Iterator<Entry<String, String>> iterator() {
            return new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return next < texts.length;
                }

                @Override
                public Entry<String, String> next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    next += 2;
                    return Map.entry(texts[next - 2], texts[next - 1]);
                }
            };
        }
    }
}
