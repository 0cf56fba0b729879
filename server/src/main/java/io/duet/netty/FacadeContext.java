package io.duet.netty;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.listener.ExceptionListener;
import com.corundumstudio.socketio.store.StoreFactory;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What all namespaces of a facade have in common. */
final class FacadeContext {
    /** Netty's default, at which a channel stops being writable. */
    private static final int HIGH_WATER_MARK_BYTES = 64 * 1024;

    private final Configuration configuration = new Configuration();
    private final ObjectMapper mapper;
    private final int highWaterMarkBytes;

    FacadeContext(Configuration given, ObjectMapper mapper) {
        this.mapper = mapper;
        configuration.setAckMode(given.getAckMode());
        configuration.setExceptionListener(given.getExceptionListener());
        configuration.setStoreFactory(new SessionStores(given.getStoreFactory()));
        int configured = given.getSocketConfig().getWriteBufferWaterMarkHigh();
        highWaterMarkBytes = configured > 0 ? configured : HIGH_WATER_MARK_BYTES;
    }

    /** What the library's objects are given, which read little of it. */
    Configuration configuration() {
        return configuration;
    }

    /** The same for a new namespace. */
    Configuration configuration(EventTypes types) {
        Configuration own = new Configuration();
        own.setAckMode(configuration.getAckMode());
        own.setExceptionListener(configuration.getExceptionListener());
        own.setStoreFactory(configuration.getStoreFactory());
        own.setJsonSupport(types);
        return own;
    }

    ExceptionListener exceptionListener() {
        return configuration.getExceptionListener();
    }

    StoreFactory stores() {
        return configuration.getStoreFactory();
    }

    ObjectMapper mapper() {
        return mapper;
    }

    int highWaterMarkBytes() {
        return highWaterMarkBytes;
    }
}
