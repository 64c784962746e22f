package dev.posthorn.tools.command;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes: {@code 500000000}, {@code 500MB}, {@code 1.5GB}; units are powers of 1000. */
final class Bytes implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
        String number = text.toUpperCase(Locale.ROOT).replaceFirst("[KMG]?B?$", "");
        String unit = text.toUpperCase(Locale.ROOT).substring(number.length());
        double by = unit.startsWith("K") ? 1e3 : unit.startsWith("M") ? 1e6 : unit.startsWith("G") ? 1e9 : 1;
        try {
            double bytes = Double.parseDouble(number) * by;
            if (bytes >= 1 && bytes < Long.MAX_VALUE) {
                return (long) bytes;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new TypeConversionException("expected a number of bytes such as 500MB but was '" + text + "'");
    }
}
