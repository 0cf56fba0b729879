package io.duet.adapter.presence;

import java.util.List;
import java.util.Map;

/**
 * Everybody who is online after a transition. The one with {@code position + 1} is the first that a subscriber hears of.
 *
 * @param users sockets by user id, in order of the ids; a user within the grace period has none
 */
public record PresenceSnapshot(long position, Map<String, List<UserSocket>> users) {}
