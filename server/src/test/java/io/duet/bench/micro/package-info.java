/** What single steps cost, measured by JMH: codecs and rooms. Run by {@code server/src/test/bench/micro}, never by the build. */
@NullMarked
package io.duet.bench.micro;

import org.jspecify.annotations.NullMarked;
