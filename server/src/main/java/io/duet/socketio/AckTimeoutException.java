package io.duet.socketio;

/** Not everybody who was asked has answered in time, or at all. */
public final class AckTimeoutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Arguments answers;

    AckTimeoutException(String message, Arguments answers) {
        super(message);
        this.answers = answers;
    }

    /** The answers that did come, in order of arrival. */
    public Arguments answers() {
        return answers;
    }
}
