/** Tests against servers that run as processes of their own, as their users run them. */
@NullMarked
package io.duet.it;

import org.jspecify.annotations.NullMarked;
