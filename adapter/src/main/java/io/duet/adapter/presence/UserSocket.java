package io.duet.adapter.presence;

/**
 * One connected socket of a user.
 *
 * @param node the id of the node that it is connected to
 */
public record UserSocket(String socketId, String node, PresenceEntry entry) {}
