package io.duet.netty;

import com.corundumstudio.socketio.AckCallback;
import com.corundumstudio.socketio.protocol.AckArgs;
import com.corundumstudio.socketio.protocol.JsonSupport;
import io.duet.socketio.Arguments;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The classes that the listeners of one namespace have declared for the arguments of events. It is a {@link JsonSupport} because that is whom
 * the library's namespaces tell; nothing else of that interface is ever called.
 */
final class EventTypes implements JsonSupport {
    private static final List<Class<?>> NONE = List.of();

    private final Map<String, List<Class<?>>> byEvent = new ConcurrentHashMap<>();

    /**
     * The arguments of an event as objects of their declared classes; those beyond are plain Java. As many as the client has sent.
     *
     * @throws Arguments.MismatchException if one does not fit
     */
    List<@Nullable Object> convert(String event, Arguments arguments) {
        return convert(arguments, byEvent.getOrDefault(event, NONE));
    }

    static List<@Nullable Object> convert(Arguments arguments, List<Class<?>> classes) {
        List<@Nullable Object> values = new ArrayList<>(arguments.size());
        for (int i = 0; i < arguments.size(); i++) {
            Class<?> type = i < classes.size() ? classes.get(i) : Object.class;
            values.add(arguments.get(i, type));
        }
        return values;
    }

    @Override
    public void addEventMapping(String namespaceName, String eventName, Class<?>... eventClass) {
        byEvent.put(eventName, List.of(eventClass));
    }

    @Override
    public void removeEventMapping(String namespaceName, String eventName) {
        byEvent.remove(eventName);
    }

    @Override
    public AckArgs readAckArgs(ByteBufInputStream src, AckCallback<?> callback) {
        throw unused();
    }

    @Override
    public <T> T readValue(String namespaceName, ByteBufInputStream src, Class<T> valueType) {
        throw unused();
    }

    @Override
    public void writeValue(ByteBufOutputStream out, Object value) {
        throw unused();
    }

    @Override
    public List<byte[]> getArrays() {
        throw unused();
    }

    private static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("codec of netty-socketio (expected: that of Duet)");
    }
}
