@NullMarked
package io.duet.netty;

import org.jspecify.annotations.NullMarked;
