package io.duet.netty;

import com.corundumstudio.socketio.handler.AuthorizeHandler;
import com.corundumstudio.socketio.handler.ClientHead;
import com.corundumstudio.socketio.namespace.NamespacesHub;
import com.corundumstudio.socketio.protocol.JsonSupport;
import com.corundumstudio.socketio.store.MemoryPubSubStore;
import com.corundumstudio.socketio.store.Store;
import com.corundumstudio.socketio.store.StoreFactory;
import com.corundumstudio.socketio.store.pubsub.PubSubStore;
import java.util.Map;
import java.util.UUID;

/** A program's store factory without its messages between nodes: those are the adapter's business. */
final class SessionStores implements StoreFactory {
    private final StoreFactory stores;
    private final PubSubStore silence = new MemoryPubSubStore();

    SessionStores(StoreFactory stores) {
        this.stores = stores;
    }

    @Override
    public Store createStore(UUID sessionId) {
        return stores.createStore(sessionId);
    }

    @Override
    public <K, V> Map<K, V> createMap(String name) {
        return stores.createMap(name);
    }

    @Override
    public PubSubStore pubSubStore() {
        return silence;
    }

    @Override
    public void init(NamespacesHub namespacesHub, AuthorizeHandler authorizeHandler, JsonSupport jsonSupport) {
        // Subscribes to the messages that nobody sends.
    }

    @Override
    public void onDisconnect(ClientHead client) {
        stores.onDisconnect(client);
    }

    @Override
    public void shutdown() {
        stores.shutdown();
    }

    @Override
    public String toString() {
        return stores + ", for stores only";
    }
}
