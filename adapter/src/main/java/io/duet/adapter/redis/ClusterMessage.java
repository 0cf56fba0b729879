package io.duet.adapter.redis;

/** What the servers of a cluster, and emitters, tell one another. Immutable. */
sealed interface ClusterMessage permits Broadcast, Request, Response {}
