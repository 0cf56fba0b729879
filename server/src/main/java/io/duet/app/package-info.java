/** The runnable server: its command line and the demo it serves. Nobody who embeds a server needs this package. */
@NullMarked
package io.duet.app;

import org.jspecify.annotations.NullMarked;
