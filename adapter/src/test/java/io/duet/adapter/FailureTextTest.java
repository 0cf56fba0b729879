package io.duet.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FailureTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connection ended | connection ended",
                "Unable to connect to redis://me:secret@here:1 | Unable to connect to redis://***@here:1",
                "Unable to connect to rediss://:p@secret@here:1, tried | Unable to connect to rediss://***@here:1, tried",
                "ERR no. channel: [id: 0x1] command: (GET), params: [secret] | ERR no. channel: [id: 0x1] command: (GET)",
                "ERR unknown command 'GETDEL', with args beginning with: 'secret' | ERR unknown command 'GETDEL'",
            })
    void keepsWhatIsNoData(String message, String shown) {
        assertThat(FailureText.of(new IllegalStateException(message))).isEqualTo("IllegalStateException: " + shown);
    }

    @Test
    void isOfTheCauseOfACompletion() {
        Throwable failure = new CompletionException(new CompletionException(new TimeoutException()));

        assertThat(FailureText.of(failure)).isEqualTo("TimeoutException");
    }

    @Test
    void isShort() {
        assertThat(FailureText.of(new IllegalStateException("x".repeat(5000)))).hasSizeLessThan(300);
    }
}
