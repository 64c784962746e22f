package dev.posthorn.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CodecTest {
    private enum Padding {
        VALID,
        SAME
    }

    private record Grid(List<Integer> size, List<Integer> strides) {
        static Grid fields(Fields<Grid> f) {
            return new Grid(
                    f.of(List.of("size", "pool_size", "pool_length"), FieldType.ints(2), Grid::size, null),
                    f.of("strides", FieldType.ints(2), Grid::strides, List.of(1, 1)));
        }
    }

    private record Layer(
            int units,
            boolean bias,
            double rate,
            String act,
            Padding padding,
            Double limit,
            Grid grid,
            List<Long> steps,
            Map<String, Object> extra,
            Object any) {}

    private static final Codec<Layer> CODEC = Codec.of(
            "Layer",
            f -> new Layer(
                    f.of(List.of("units", "output_dim"), FieldType.INT, Layer::units, null),
                    f.of("use_bias", FieldType.BOOL, Layer::bias, true),
                    f.of("rate", FieldType.FLOAT, Layer::rate, 0.5),
                    f.of("activation", FieldType.STRING, Layer::act, "linear"),
                    f.of("padding", FieldType.lower(Padding.class), Layer::padding, Padding.VALID),
                    f.of("limit", FieldType.FLOAT.orNull(), Layer::limit, 6.0),
                    f.group(Grid::fields, Layer::grid),
                    f.of("steps", FieldType.listOf(FieldType.LONG), Layer::steps, List.of()),
                    f.of("extra", FieldType.object(), Layer::extra, Map.of()),
                    f.of("any", FieldType.ANY, Layer::any)));

    private static Map<String, Object> config(Object... entries) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("units", 3);
        m.put("size", 2);
        for (int i = 0; i < entries.length; i += 2) {
            m.put((String) entries[i], entries[i + 1]);
        }
        return m;
    }

    private static Layer decode(Map<String, Object> config) {
        return CODEC.decode(config, Dialect.KERAS3, "model/layer").value();
    }

    @Test
    void absentKeysHaveTheirDefaults() {
        Layer expected = new Layer(
                3,
                true,
                0.5,
                "linear",
                Padding.VALID,
                6.0,
                new Grid(List.of(2, 2), List.of(1, 1)),
                List.of(),
                Map.of(),
                null);
        assertEquals(expected, decode(config()));
        assertEquals(expected, decode(config("use_bias", null, "rate", null, "padding", null, "strides", null)));
    }

    @Test
    void nullIsAValueWhereTheTypeSaysSo() {
        assertNull(decode(config("limit", null)).limit());
        assertEquals(6.0, decode(config()).limit());
        assertNull(decode(config("any", null)).any());
        assertEquals(List.of(1), decode(config("any", List.of(1))).any());
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void decodingUndoesEncoding(Dialect dialect) {
        Layer layer = new Layer(
                7,
                false,
                0.25,
                "relu",
                Padding.SAME,
                null,
                new Grid(List.of(3, 5), List.of(2, 1)),
                List.of(1L << 40, 2L),
                Map.of("a", 1),
                "free");
        Map<String, Object> config = CODEC.encode(layer, dialect);
        Codec.Decoded<Layer> decoded = CODEC.decode(config, dialect, "x");
        assertEquals(layer, decoded.value());
        assertEquals(Map.of(), decoded.unknown());
        assertEquals(config, CODEC.encode(decoded.value(), dialect));
    }

    @Test
    void eachDialectHasItsKeys() {
        Layer layer = decode(config());
        assertEquals(
                List.of(
                        "units",
                        "use_bias",
                        "rate",
                        "activation",
                        "padding",
                        "limit",
                        "size",
                        "strides",
                        "steps",
                        "extra",
                        "any"),
                List.copyOf(CODEC.encode(layer, Dialect.KERAS3).keySet()));
        assertEquals(
                List.of("output_dim", "pool_size"),
                CODEC.encode(layer, Dialect.KERAS2).keySet().stream()
                        .filter(k -> k.matches("output.*|pool.*"))
                        .toList());
        assertEquals(
                List.of("output_dim", "pool_length"),
                CODEC.encode(layer, Dialect.KERAS1).keySet().stream()
                        .filter(k -> k.matches("output.*|pool.*"))
                        .toList());
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void anyDialectReadsAnyKey(Dialect dialect) {
        assertEquals(
                9,
                CODEC.decode(Map.of("output_dim", 9, "pool_length", 2), dialect, "x")
                        .value()
                        .units());
        assertEquals(
                9,
                CODEC.decode(Map.of("units", 9, "pool_size", 2), dialect, "x")
                        .value()
                        .units());
    }

    @Test
    void aDialectMayLackAKey() {
        Codec<Integer> c = Codec.of("C", f -> f.of(List.of("groups", ""), FieldType.INT, n -> n, 1));
        assertEquals(Map.of("groups", 2), c.encode(2, Dialect.KERAS3));
        assertEquals(Map.of(), c.encode(1, Dialect.KERAS2));
        assertEquals(1, c.decode(Map.of(), Dialect.KERAS2, "x").value());
    }

    @Test
    void whatADialectHasNoKeyForIsNotDropped() {
        Codec<Integer> c = Codec.of("C", f -> f.of(List.of("groups", ""), FieldType.INT, n -> n, 1));
        assertEquals(
                "C: expected groups to be 1, as KERAS2 has no key for it, but was 2, at C",
                assertThrows(UnsupportedModelException.class, () -> c.encode(2, Dialect.KERAS2))
                        .getMessage());
        Codec<String> idle = Codec.of("C", f -> f.idle(List.of("", "seed"), FieldType.STRING, s -> s));
        assertEquals(Map.of(), idle.encode("x", Dialect.KERAS3));
        assertEquals(Map.of("seed", "x"), idle.encode("x", Dialect.KERAS2));
    }

    @Test
    void whatADialectMeansOtherwiseIsTold() {
        Codec<Boolean> c = Codec.of("C", f -> f.implied("flooring", b -> b, f.dialect() != Dialect.KERAS3));
        assertEquals(true, c.decode(Map.of("", false), Dialect.KERAS2, "x").value());
        assertEquals(Map.of(), c.encode(true, Dialect.KERAS1));
        String change = "C: expected flooring false, as it always is in KERAS3, but was true, at C";
        assertEquals(
                change,
                assertThrows(UnsupportedModelException.class, () -> c.encode(true, Dialect.KERAS3))
                        .getMessage());
        List<String> told = new ArrayList<>();
        c.encode(true, new FieldType.Context(Dialect.KERAS3, "C", told::add));
        assertEquals(List.of(change), told);
    }

    @Test
    void unknownKeysAreReported() {
        Codec.Decoded<Layer> d =
                CODEC.decode(config("seed", 1, "noise", null, "output_dim", 4), Dialect.KERAS3, "model/layer");
        assertEquals(Map.of("seed", 1, "output_dim", 4), d.unknown());
        assertEquals(3, d.value().units());
        assertEquals(List.of("seed", "output_dim"), List.copyOf(d.unknown().keySet()));
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("units", "three", "an integer but was three (not an integer)"),
                Arguments.of("units", 2.5, "an integer but was 2.5 (not an integer)"),
                Arguments.of("units", 1L << 40, "an integer but was 1099511627776"),
                Arguments.of("use_bias", "yes", "true or false but was yes"),
                Arguments.of("rate", "0.5", "a number but was 0.5"),
                Arguments.of("activation", 3, "a string but was 3"),
                Arguments.of("padding", "full", "one of [valid, same] but was full (unknown name)"),
                Arguments.of("limit", "six", "a number or null but was six"),
                Arguments.of("size", List.of(1, 2, 3), "an integer or 2 integers but was [1, 2, 3] (of length 3)"),
                Arguments.of("steps", List.of(1, "x"), "a list, each an integer but was [1, x] (not an integer)"),
                Arguments.of("steps", 4, "a list, each an integer but was 4"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongValuesNameTheirPlace(String key, Object value, String message) {
        String actual = assertThrows(ModelFormatException.class, () -> decode(config(key, value)))
                .getMessage();
        assertEquals("Layer: expected " + message + ", at model/layer." + key, actual);
    }

    @Test
    void longValuesAreShortened() {
        String message = assertThrows(ModelFormatException.class, () -> decode(config("units", "x".repeat(200))))
                .getMessage();
        assertEquals(
                "Layer: expected an integer but was " + "x".repeat(77) + "... (not an integer), at model/layer.units",
                message);
    }

    @Test
    void missingKeysAreNamed() {
        Map<String, Object> empty = new HashMap<>();
        assertEquals(
                "Layer: expected 'units' (an integer) but was absent, at model/layer",
                assertThrows(ModelFormatException.class, () -> decode(empty)).getMessage());
        assertEquals(
                "Layer: expected 'size' (an integer or 2 integers) but was absent, at model/layer",
                assertThrows(ModelFormatException.class, () -> decode(new HashMap<>(Map.of("units", 1))))
                        .getMessage());
        assertEquals(
                "Layer: expected an integer but was null (not an integer), at model/layer.units",
                assertThrows(ModelFormatException.class, () -> decode(config("units", null)))
                        .getMessage());
    }

    @Test
    void numbersComeAsTheyCome() {
        Layer l = decode(config("units", 4.0, "use_bias", 0, "rate", 1, "steps", List.of(1.0, 2)));
        assertEquals(
                new Layer(
                        4,
                        false,
                        1.0,
                        "linear",
                        Padding.VALID,
                        6.0,
                        new Grid(List.of(2, 2), List.of(1, 1)),
                        List.of(1L, 2L),
                        Map.of(),
                        null),
                l);
    }

    @Test
    void constructorsThatRefuseNameThePlace() {
        Codec<Integer> positive = Codec.of("Positive", f -> {
            int i = f.of("n", FieldType.INT, n -> n);
            if (i < 1) {
                throw new IllegalArgumentException("expected n above 0 but was " + i);
            }
            return i;
        });
        assertEquals(
                "Positive: expected n above 0 but was -1, at a/b",
                assertThrows(ModelFormatException.class, () -> positive.decode(Map.of("n", -1), Dialect.KERAS3, "a/b"))
                        .getMessage());
    }

    @Test
    void aCodecThatLosesAValueFails() {
        Codec<Grid> lossy =
                Codec.of("Lossy", f -> new Grid(f.of("size", FieldType.ints(2), Grid::size), List.of(1, 1)));
        Grid grid = new Grid(List.of(3, 3), List.of(2, 2));
        assertEquals(
                "Lossy: codec loses " + grid + " → " + new Grid(List.of(3, 3), List.of(1, 1)),
                assertThrows(IllegalStateException.class, () -> lossy.encode(grid, Dialect.KERAS3))
                        .getMessage());
    }

    @Test
    void theDialectIsSeen() {
        List<Dialect> seen = new ArrayList<>();
        Codec<String> c = Codec.of("C", f -> {
            seen.add(f.dialect());
            return f.of("s", FieldType.STRING, s -> s);
        });
        c.decode(Map.of("s", "x"), Dialect.KERAS1, "x");
        c.encode("x", Dialect.KERAS2);
        assertEquals(List.of(Dialect.KERAS1, Dialect.KERAS2), seen);
    }
}
