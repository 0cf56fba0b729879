package io.duet.adapter;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;

/**
 * What a log may say of a failure: its kind and its message, but not the data that libraries quote there. Redisson's messages go on with the
 * whole command, in which there are ids that clients can come back with, and what they have sent; Redis repeats arguments too.
 */
public final class FailureText {
    private static final int MAX_LENGTH = 200;

    private static final Pattern DATA =
            Pattern.compile("[,;]? *(params: |with args beginning with: |, promise: ).*", Pattern.DOTALL);

    private static final Pattern CREDENTIALS = Pattern.compile("//[^/\\s]*@");

    private FailureText() {}

    public static String of(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String kind = cause.getClass().getSimpleName();
        String message = cause.getMessage();
        if (message == null) {
            return kind;
        }
        String shown =
                CREDENTIALS.matcher(DATA.matcher(message).replaceFirst("")).replaceAll("//***@");
        return kind + ": " + (shown.length() > MAX_LENGTH ? shown.substring(0, MAX_LENGTH) + "..." : shown);
    }
}
