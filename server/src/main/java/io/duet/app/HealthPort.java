package io.duet.app;

import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where health and metrics are served.
 *
 * @param number 0 for any, or {@link #NOWHERE}
 */
record HealthPort(int number) {
    static final int NOWHERE = -1;

    /** Far enough for several servers beside each other. */
    private static final int ABOVE_THE_SERVER = 1000;

    private static final int GREATEST = 65535;

    /** The second is what YAML makes of the first. */
    private static final Set<String> OFF = Set.of("off", "false");

    /**
     * Beside a server that listens on this port.
     *
     * @throws IllegalArgumentException if there is no port so high
     */
    static HealthPort beside(int port) {
        int number = port == 0 ? 0 : port + ABOVE_THE_SERVER;
        if (number > GREATEST) {
            throw new IllegalArgumentException("health-port: missing (expected: a port or off, for " + port + " + "
                    + ABOVE_THE_SERVER + " is none)");
        }
        return new HealthPort(number);
    }

    boolean isOn() {
        return number != NOWHERE;
    }

    @Override
    public String toString() {
        return isOn() ? Integer.toString(number) : "off";
    }

    /** Reads what was given. */
    static final class Converter implements ITypeConverter<HealthPort> {
        @Override
        public HealthPort convert(String text) {
            if (OFF.contains(text)) {
                return new HealthPort(NOWHERE);
            }
            try {
                int number = Integer.parseInt(text);
                if (number >= 0 && number <= GREATEST) {
                    return new HealthPort(number);
                }
            } catch (NumberFormatException e) {
                // Told below.
            }
            throw new TypeConversionException("'" + text + "' (expected: a port, 0 for any, or off)");
        }
    }
}
