package io.duet.adapter;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What an adapter says of a broadcast with acknowledgements. */
public final class RecordedAcks implements AckCollector {
    private final List<Integer> nodes = new CopyOnWriteArrayList<>();
    private final List<Object> answers = new CopyOnWriteArrayList<>();

    @Override
    public void clients(int count) {
        nodes.add(count);
    }

    @Override
    public void answer(List<Object> arguments) {
        answers.add(arguments.get(0));
    }

    /** For each node that has reported, how many sockets it has asked. */
    public List<Integer> nodes() {
        return nodes;
    }

    public List<Object> answers() {
        return answers;
    }
}
