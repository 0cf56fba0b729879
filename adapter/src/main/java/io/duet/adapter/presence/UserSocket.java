package io.duet.adapter.presence;

import java.time.Instant;

/**
 * One connected socket of a user.
 *
 * @param node the id of the node that it is connected to
 * @param lastSeen when that node last said that it lives, as far as is known here: with Redis up to two thirds of a lease ago, and more if it has
 *     died
 */
public record UserSocket(String socketId, String node, Instant lastSeen, PresenceEntry entry) {}
