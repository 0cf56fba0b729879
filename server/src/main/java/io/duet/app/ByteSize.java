package io.duet.app;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes: {@code 1000}, {@code 64kB}, {@code 1.5MB}, {@code 8MiB}. */
record ByteSize(int bytes) {
    private static final Pattern TEXT = Pattern.compile("(\\d+(?:\\.\\d+)?) ?([a-zA-Z]*)");
    private static final Map<String, Integer> UNITS =
            Map.of("", 1, "b", 1, "kb", 1000, "kib", 1 << 10, "mb", 1_000_000, "mib", 1 << 20, "gb", 1_000_000_000);

    /** Reads what was given. */
    static final class Converter implements ITypeConverter<ByteSize> {
        @Override
        public ByteSize convert(String text) {
            Matcher matcher = TEXT.matcher(text.strip());
            Integer unit = matcher.matches() ? UNITS.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
            if (unit == null) {
                throw new TypeConversionException("'" + text + "' (expected: a size such as 65536, 64KiB or 1MB)");
            }
            BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
            if (bytes.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
                throw new TypeConversionException("'" + text + "' (expected: less than 2GiB)");
            }
            return new ByteSize(bytes.intValue());
        }
    }
}
