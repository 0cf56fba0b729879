package io.duet.adapter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the acknowledgements of a broadcast go. Called from any thread, one call at a time is <b>not</b> promised. */
public interface AckCollector {
    /** One node's word, given exactly once by each node: so many of its sockets were asked. */
    void clients(int count);

    /** One client's answer: the arguments of its acknowledgement, of which only the first travels between nodes. None is not a null. */
    void answer(List<@Nullable Object> arguments);
}
