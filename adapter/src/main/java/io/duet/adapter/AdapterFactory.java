package io.duet.adapter;

/** Makes the adapter of each namespace. One factory serves one server. */
@FunctionalInterface
public interface AdapterFactory {
    /**
     * @param namespace full name with the leading slash
     * @param sockets the namespace's sockets; outlives the adapter
     */
    Adapter create(String namespace, LocalSockets sockets);
}
