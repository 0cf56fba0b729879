/** Meters of a server for Micrometer, which who uses this package adds to its dependencies. */
@NullMarked
package io.duet.metrics;

import org.jspecify.annotations.NullMarked;
