/**
 * The only door to netty-socketio: its bootstrap, TLS and, as a facade, its API; the protocol on its channels is ours.
 */
@NullMarked
package io.duet.netty;

import org.jspecify.annotations.NullMarked;
