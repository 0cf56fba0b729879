package io.duet.adapter;

import java.util.ArrayList;
import java.util.List;

/** Room events as text, under Node's names, in order of their arrival. */
public final class RecordedRoomEvents implements RoomListener {
    private final List<String> events = new ArrayList<>();

    @Override
    public synchronized void created(String room) {
        events.add("create " + room);
    }

    @Override
    public synchronized void joined(String room, String socketId) {
        events.add("join " + room + " " + socketId);
    }

    @Override
    public synchronized void left(String room, String socketId) {
        events.add("leave " + room + " " + socketId);
    }

    @Override
    public synchronized void deleted(String room) {
        events.add("delete " + room);
    }

    public synchronized List<String> all() {
        return List.copyOf(events);
    }
}
