package io.duet.adapter.presence;

import java.time.Duration;

/**
 * How many there are, and what it took; of the whole cluster where nothing else is said.
 *
 * @param users that are online
 * @param sockets of users; anonymous ones do not count
 * @param transitions that this node has seen
 * @param missed transitions that listeners on this node were not told of because they were too slow, counted for each of them
 * @param repairs how often this node had to register its sockets anew or to read everything again
 * @param lag how old, by the clock of the log, the oldest entry was that this node read when it last read any; zero on a node that is alone
 */
public record PresenceCounts(int users, int sockets, long transitions, long missed, long repairs, Duration lag) {}
