package io.duet.socketio;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Listeners of one kind in the order in which they are called. Changes are rare and copy; reading takes no lock, and goes on over what was there
 * when it began. Nearly all sockets have none of nearly all kinds: then it is one small object.
 */
final class Registered<T> implements Iterable<T> {
    private volatile List<T> all = List.of();

    /** Behind those that are there. */
    void add(T listener) {
        change(list -> list.add(listener));
    }

    /** In front of those that are there. */
    void addFirst(T listener) {
        change(list -> list.add(0, listener));
    }

    /** Removes the first registration of a listener, if there is one. */
    void remove(T listener) {
        change(list -> list.remove(listener));
    }

    synchronized void clear() {
        all = List.of();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** As it is now; unmodifiable. */
    List<T> copy() {
        return all;
    }

    @Override
    public Iterator<T> iterator() {
        return all.iterator();
    }

    private synchronized void change(Consumer<List<T>> by) {
        List<T> changed = new ArrayList<>(all);
        by.accept(changed);
        all = List.copyOf(changed);
    }
}
