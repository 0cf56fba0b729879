package io.duet.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.config.Config;
import org.redisson.config.DelayStrategy;

final class RedisUriTest {
    @ParameterizedTest
    @CsvSource({
        "redis://localhost, redis://localhost:6379",
        "redis://localhost:7000/, redis://localhost:7000",
        "redis://localhost:7000/3, redis://localhost:7000",
        "redis://[::1]:7000, redis://[::1]:7000",
        "rediss://cache.example:7001, rediss://cache.example:7001",
        "redis://user:p%40ss@localhost, redis://localhost:6379"
    })
    void namesOneServer(String uri, String address) {
        Config config = RedisUri.parse(uri).config();

        assertThat(config.useSingleServer().getAddress()).isEqualTo(address);
    }

    @Test
    void namesSentinelsAndTheirMaster() {
        Config config = RedisUri.parse("redis+sentinel://me:secret@one:1,two,[::3]:3/mymaster")
                .config();

        assertThat(config.useSentinelServers().getSentinelAddresses())
                .containsExactly("redis://one:1", "redis://two:26379", "redis://[::3]:3");
        assertThat(config.useSentinelServers().getMasterName()).isEqualTo("mymaster");
        assertThat(config.getUsername()).isEqualTo("me");
        assertThat(config.getPassword()).isEqualTo("secret");
    }

    @Test
    void meansTlsForSentinelsToo() {
        Config config = RedisUri.parse("rediss+sentinel://one:1,two/mymaster").config();

        assertThat(config.useSentinelServers().getSentinelAddresses())
                .containsExactly("rediss://one:1", "rediss://two:26379");
    }

    @ParameterizedTest
    @CsvSource({
        "redis://user:pass@h, user, pass",
        "redis://:pass@h, , pass",
        "redis://pass@h, , pass",
        "redis://us%3Aer:p%40s%2Fs+%25@h, us:er, p@s/s+%",
        "redis://user:p@ss/word:1@h, user, p@ss/word:1"
    })
    void takesCredentials(String uri, String user, String password) {
        Config config = RedisUri.parse(uri).config();

        assertThat(config.getUsername()).isEqualTo(user);
        assertThat(config.getPassword()).isEqualTo(password);
        assertThat(config.useSingleServer().getAddress()).isEqualTo("redis://h:6379");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:6379",
                "http://u:secret@localhost",
                "u:secret@localhost",
                "redis://u:secret@",
                "redis://u:secret@host:port",
                "redis://u:secret@host:0",
                "redis://u:secret@host:65536",
                "redis://u:secret@one:1,two:2",
                "redis://u:secret@host/name",
                "redis://u:secret@host name",
                "redis://u:secret%@host",
                "redis+sentinel://u:secret@one:1,two:2",
                "redis+sentinel://u:secret@one:1,two:2/",
                "redis+sentinel://u:secret@one:1,,two:2/mymaster",
                "redis+sentinel://u:secret@one:1/mymaster?x=1",
                "redis+cluster://u:secret@one:1",
                "redisss://u:secret@one:1"
            })
    void refusesOthersAndNamesWhatIsExpectedButNotThePassword(String uri) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RedisUri.parse(uri))
                .withMessageStartingWith(
                        "redis: " + uri.replace("u:secret@", "***@").replace("u:secret%@", "***@")
                                + " (expected: redis://host:port,")
                .withNoCause();
    }

    /** Redisson's timer ticks every 100 ms only if this is a whole number of them, and more of them than one. */
    @Test
    void letsRedissonsTimerRest() {
        List<DelayStrategy> delays = List.of(
                RedisUri.parse("redis://localhost").config().useSingleServer().getRetryDelay(),
                RedisUri.parse("redis+sentinel://one/mymaster")
                        .config()
                        .useSentinelServers()
                        .getRetryDelay());

        assertThat(delays).allSatisfy(delay -> {
            assertThat(delay.calcDelay(0)).isGreaterThan(Duration.ofMillis(100));
            assertThat(delay.calcDelay(0).toMillis() % 100).isZero();
        });
    }

    @Test
    void showsNoPassword() {
        assertThat(RedisUri.parse("redis+sentinel://me:secret@one:1,two:2/mymaster"))
                .hasToString("master mymaster by sentinels redis://one:1,redis://two:2");
        assertThat(RedisUri.parse("rediss://me:secret@one:1")).hasToString("rediss://one:1 (TLS)");
    }
}
