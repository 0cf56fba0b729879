package io.duet.engineio;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How far a loop reads ahead. What it has read and not handled lies in the heap as packets; of a server that falls behind that would be all that the
 * network holds for it. So a connection is read to its end only while the loop has read little in this turn, which lets a single busy sender have
 * many of its messages answered in one write; then each is read once.
 *
 * <p>The loop's driver only.
 */
final class LoopReads extends AdaptiveRecvByteBufAllocator {
    private static final int LEAST_BYTES = 64;
    private static final int FIRST_BYTES = 2 * 1024;
    private static final int MOST_BYTES = 16 * 1024;

    /** About what the network holds for one connection. */
    private static final int AHEAD_BYTES = 256 * 1024;

    private static final int AHEAD_READS = AHEAD_BYTES / MOST_BYTES;

    private int readBytes;

    LoopReads() {
        super(LEAST_BYTES, FIRST_BYTES, MOST_BYTES);
        // Netty's default is one, for an allocator that is not its own choice.
        maxMessagesPerRead(AHEAD_READS);
    }

    void beginTurn() {
        readBytes = 0;
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's channels call no other.
    public Handle newHandle() {
        return new Reads((ExtendedHandle) super.newHandle());
    }

    /** Of one connection. */
    private final class Reads extends DelegatingHandle implements ExtendedHandle {
        private final ExtendedHandle handle;

        Reads(ExtendedHandle handle) {
            super(handle);
            this.handle = handle;
        }

        @Override
        public void lastBytesRead(int bytes) {
            readBytes += Math.max(0, bytes);
            super.lastBytesRead(bytes);
        }

        @Override
        public boolean continueReading() {
            return readBytes < AHEAD_BYTES && super.continueReading();
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreDataSupplier) {
            return readBytes < AHEAD_BYTES && handle.continueReading(maybeMoreDataSupplier);
        }
    }
}
