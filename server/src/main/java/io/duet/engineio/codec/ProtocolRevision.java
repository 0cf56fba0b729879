package io.duet.engineio.codec;

/** The two Engine.IO protocol revisions in use: {@code EIO=4} (JS clients 3.x, 4.x) and {@code EIO=3} (JS clients 1.x, 2.x). */
public enum ProtocolRevision {
    V3(3),
    V4(4);

    private final int number;

    ProtocolRevision(int number) {
        this.number = number;
    }

    /** As in the {@code EIO} query parameter. */
    public int number() {
        return number;
    }
}
