/**
 * Who is online, on which devices, in which rooms. Each node tells a log what sockets it has; every node follows the log, keeps a replica of the
 * whole, and finds in it the same transitions in the same order.
 */
@NullMarked
package io.duet.adapter.presence;

import org.jspecify.annotations.NullMarked;
