/**
 * Compares servers under load: starts each as a process of its own, loads it over the loopback interface, and tells what it spent. Run by
 * {@code server/src/test/bench/run}.
 */
@NullMarked
package io.duet.bench;

import org.jspecify.annotations.NullMarked;
