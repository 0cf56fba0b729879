package io.duet.bench;

import io.duet.bench.Fanout.Payload;
import io.duet.bench.Load.Wire;
import java.io.PrintStream;

/** The scenarios, each with its usual load. */
enum Kind {
    FANOUT,
    ECHO,
    IDLE,
    BINARY,
    DEFLATE,
    POLLING,
    CONNECT,
    CHURN,
    LARGE,
    ROOMS;

    private static final int ROOM_MEMBERS = 12;
    private static final int SMALL_TO_LARGE = 15;

    /** One by one, answers would keep the clients busier than the server. */
    private static final int SATURATING_BURST = 10;

    /** What was asked for; 0 or less: as the scenario has it. */
    record Settings(int clients, double rate, int bytes, int rooms, int burst, WarmUp warmUp, int seconds) {
        int clientsOr(int usual) {
            return clients > 0 ? clients : usual;
        }

        double rateOr(double usual) {
            return rate > 0 ? rate : usual;
        }

        int bytesOr(int usual) {
            return bytes > 0 ? bytes : usual;
        }

        int burstOr(int usual) {
            return burst > 0 ? burst : usual;
        }

        int secondsOr(int usual) {
            return seconds > 0 ? seconds : usual;
        }
    }

    Scenario steady(Settings settings) {
        return switch (this) {
            case IDLE -> new Idle(new Idle.Options(settings.clientsOr(10_000), 1000, settings.secondsOr(60)));
            case CONNECT -> connects(settings);
            case FANOUT, BINARY, DEFLATE, LARGE -> steady(settings, settings.rateOr(60));
            case POLLING -> steady(settings, settings.rateOr(30));
            case ROOMS -> steady(settings, settings.rateOr(2500));
            case ECHO, CHURN -> steady(settings, 0);
        };
    }

    /** @throws IllegalArgumentException if this is no work of which more and more can be offered */
    Scenario saturated(Settings settings, PrintStream out) {
        double start =
                switch (this) {
                    case FANOUT, BINARY, DEFLATE, POLLING, LARGE -> 20;
                    case CONNECT -> 200;
                    case ROOMS, ECHO, CHURN -> 1000;
                    case IDLE ->
                        throw new IllegalArgumentException("scenario: idle (expected with --saturate: any other)");
                };
        return new Saturation(
                workload(settings, SATURATING_BURST),
                new Saturation.Options(settings.rateOr(start), settings.warmUp(), settings.secondsOr(3)),
                out);
    }

    private Scenario steady(Settings settings, double perSecond) {
        return new Steady(
                workload(settings, 1),
                new Steady.Options(
                        perSecond, settings.warmUp(), settings.secondsOr(15), this == LARGE ? Figure.P99 : Figure.CPU));
    }

    private Workload workload(Settings settings, int burst) {
        return switch (this) {
            case FANOUT -> oneRoom(settings, 500, 240, Payload.JSON, Wire.WEBSOCKET);
            case BINARY -> oneRoom(settings, 500, 1000, Payload.ATTACHMENT, Wire.WEBSOCKET);
            case DEFLATE -> oneRoom(settings, 500, 1200, Payload.DEFLATED_JSON, Wire.DEFLATE);
            case POLLING -> oneRoom(settings, 100, 240, Payload.JSON, Wire.POLLING);
            case LARGE -> new Large(oneRoom(settings, 100, 240, Payload.JSON, Wire.WEBSOCKET), SMALL_TO_LARGE);
            case ROOMS ->
                new Fanout(new Fanout.Options(
                        settings.clientsOr(1200),
                        settings.rooms(),
                        ROOM_MEMBERS,
                        settings.bytesOr(240),
                        Payload.JSON,
                        Wire.WEBSOCKET));
            case ECHO ->
                new Echo(new Echo.Options(settings.clientsOr(100), settings.bytesOr(240), settings.burstOr(burst)));
            case CHURN -> new Churn(new Churn.Options(settings.clientsOr(100), settings.burstOr(burst)));
            case CONNECT -> connects(settings);
            case IDLE -> throw new IllegalArgumentException("scenario: " + this);
        };
    }

    private static Connects connects(Settings settings) {
        return new Connects(new Connects.Options(
                settings.clientsOr(2000), settings.rateOr(500), settings.warmUp(), settings.secondsOr(15)));
    }

    private static Fanout oneRoom(Settings settings, int clients, int bytes, Payload payload, Wire wire) {
        int members = settings.clientsOr(clients);
        return new Fanout(new Fanout.Options(members, 1, members, settings.bytesOr(bytes), payload, wire));
    }
}
