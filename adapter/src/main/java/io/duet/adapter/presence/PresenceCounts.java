package io.duet.adapter.presence;

/**
 * How many there are, and what it took; of the whole cluster where nothing else is said.
 *
 * @param users that are online
 * @param sockets of users; anonymous ones do not count
 * @param transitions that this node has seen
 * @param repairs how often this node had to register its sockets anew or to read everything again
 */
public record PresenceCounts(int users, int sockets, long transitions, long repairs) {}
