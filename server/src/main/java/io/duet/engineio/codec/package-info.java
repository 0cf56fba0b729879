/**
 * Engine.IO packets and their wire forms: pure functions between packets and text or bytes, for protocol revisions 4 and 3. Knows no
 * connection and no policy.
 */
@NullMarked
package io.duet.engineio.codec;

import org.jspecify.annotations.NullMarked;
