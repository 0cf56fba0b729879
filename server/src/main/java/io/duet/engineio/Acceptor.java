package io.duet.engineio;

import java.util.ServiceLoader;

/**
 * Accepts connections for an engine. Implemented above this package, where the network library is chosen, and found by
 * {@link ServiceLoader}.
 */
public interface Acceptor {
    /**
     * Listens; blocks until connections are accepted. Each connection's pipeline is made by {@link ConnectionPipeline#install}.
     *
     * @throws java.io.UncheckedIOException if the address cannot be had
     */
    Binding listen(ListenOptions options, EngineServer engine);

    /** The one on the class path. */
    static Acceptor find() {
        return ServiceLoader.load(Acceptor.class)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException("acceptor: none on the class path (expected: that of duet-server)"));
    }

    /** An open listening socket. */
    interface Binding {
        int port();

        /** Stops listening, drops what is still connected, ends the threads. Blocks until that is done; harmless if repeated. */
        void close();
    }
}
