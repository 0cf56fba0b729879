package io.duet.app;

import java.lang.reflect.Proxy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process at the next SIGTERM or Ctrl-C. Once the JVM is shutting down it ignores both, and who sends a second one does not want to wait.
 */
final class HaltSignals {
    private static final Logger log = LoggerFactory.getLogger(HaltSignals.class);

    /** What a shell reports of a process that a signal has ended. */
    private static final int SIGNALLED = 128;

    private HaltSignals() {}

    static void install() {
        for (String name : List.of("TERM", "INT")) {
            try {
                install(name);
            } catch (ReflectiveOperationException e) {
                // The JVM keeps the signal to itself, as with -Xrs: then it ends the process anyway.
                log.debug("signal {} cannot be handled", name, e);
            }
        }
    }

    /** By name: the module jdk.unsupported is there to be used, but the compiler warns of it and cannot be told not to. */
    private static void install(String name) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        int number = (int) signal.getMethod("getNumber")
                .invoke(signal.getConstructor(String.class).newInstance(name));
        Object halt =
                Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, given) -> {
                    log.warn("SIG{} again: ends at once", name);
                    Runtime.getRuntime().halt(SIGNALLED + number);
                    return null;
                });
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), halt);
    }
}
