package io.duet.adapter;

import java.util.Set;

/**
 * A packet of a history.
 *
 * @param packet with its offset; its arguments are trees
 * @param except the rooms whose members it was not for
 */
public record KeptPacket(EventPacket packet, Set<String> except) {
    public KeptPacket {
        except = Set.copyOf(except);
    }
}
