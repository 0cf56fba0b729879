/**
 * The contract between a namespace and its cluster, the rooms of one node, and the adapter of a cluster of one.
 *
 * <p>Shape: a server asks an {@link io.duet.adapter.AdapterFactory} for one {@link io.duet.adapter.Adapter} per namespace and hands it
 * its {@link io.duet.adapter.LocalSockets}. Calls go down through the adapter, to the sockets of this node and, in a cluster, to the other
 * nodes; what other nodes ask comes back up through {@code LocalSockets}. Nothing here knows a transport, a protocol or a Redis.
 */
@NullMarked
package io.duet.adapter;

import org.jspecify.annotations.NullMarked;
