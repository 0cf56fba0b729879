/** Redis for tests: real servers, sentinels and clusters as processes of this machine, and ways to hurt them. */
@NullMarked
package io.duet.redis;

import org.jspecify.annotations.NullMarked;
