package io.duet.socketio;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What waits for a client's acknowledgement. */
interface PendingAck {
    /** The client has answered; on the session's event loop. */
    void answered(List<@Nullable Object> values);

    /** The client is gone and will not answer; on any thread. */
    void lost();
}
