package io.duet.netty;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOChannelInitializer;
import com.corundumstudio.socketio.SocketIOServer;
import com.corundumstudio.socketio.namespace.NamespacesHub;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The initializer that a server of netty-socketio makes for itself, before it can be given another. It has a timer, and Netty takes a timer that is
 * dropped without being stopped for a leak: an error in the log of whoever runs the server. The library has no way to it but the field.
 */
final class UnusedInitializer {
    private UnusedInitializer() {}

    /** Ends that of a server which has not been given another yet. */
    static void end(SocketIOServer server) {
        SocketIOChannelInitializer unused = of(server);
        Configuration configuration = new Configuration();
        // What was not started cannot be stopped.
        unused.start(configuration, new NamespacesHub(configuration));
        unused.stop();
    }

    private static SocketIOChannelInitializer of(SocketIOServer server) {
        try {
            VarHandle field = MethodHandles.privateLookupIn(SocketIOServer.class, MethodHandles.lookup())
                    .findVarHandle(SocketIOServer.class, "pipelineFactory", SocketIOChannelInitializer.class);
            return (SocketIOChannelInitializer) field.get(server);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "netty-socketio: no field SocketIOServer.pipelineFactory (expected: version 2)", e);
        }
    }
}
