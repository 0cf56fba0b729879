/** A load generator for servers that serve a few events: {@code server/docs/bench.md}. */
@NullMarked
package io.duet.app.bench;

import org.jspecify.annotations.NullMarked;
