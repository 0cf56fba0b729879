package io.duet.netty;

import com.corundumstudio.socketio.AckRequest;
import com.corundumstudio.socketio.SocketIOClient;
import com.corundumstudio.socketio.protocol.Packet;
import com.corundumstudio.socketio.protocol.PacketType;
import io.duet.socketio.Ack;
import java.util.List;

/** The answer that a client waits for; may be given at any time, by any thread, once. */
final class FacadeAck extends AckRequest {
    private final Ack ack;

    FacadeAck(Ack ack, SocketIOClient client) {
        super(new Packet(PacketType.MESSAGE, client.getEngineIOVersion()), client);
        this.ack = ack;
    }

    @Override
    public boolean isAckRequested() {
        return ack.isRequested();
    }

    @Override
    public void sendAckData(List<Object> values) {
        ack.send(values.toArray());
    }
}
