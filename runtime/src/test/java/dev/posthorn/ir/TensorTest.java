package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

class TensorTest {
    static Stream<DType> numbers() {
        return Stream.of(DType.values()).filter(d -> d.isFloating() || d.isInteger());
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            mode = Mode.EXCLUDE,
            names = {"RESOURCE", "VARIANT"})
    void zerosHaveTheirStorage(DType dtype) {
        Tensor t = Tensor.zeros(TensorType.of(dtype, 2, 3));
        assertEquals(Tensor.storage(dtype), t.data().getClass());
        assertEquals(6, t.size());
        assertEquals(dtype, t.dtype());
        assertEquals(t, Tensor.of(dtype, Shape.of(2, 3), t.data()));
        assertSame(t.data(), t.reshape(Shape.of(3, 2)).data());
        assertEquals(0, Tensor.zeros(TensorType.of(dtype, 3, 0)).size());
        assertThrows(ShapeException.class, () -> t.reshape(Shape.of(5)));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"RESOURCE", "VARIANT"})
    void handlesHaveNoStorage(DType dtype) {
        String message = assertThrows(ShapeException.class, () -> Tensor.zeros(TensorType.of(dtype)))
                .getMessage();
        assertEquals("Tensor: expected a type with values but was " + dtype, message);
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void smallNumbersAreExact(DType dtype) {
        Tensor t = Tensor.zeros(TensorType.of(dtype, 2));
        int low = dtype.kind() == DType.Kind.UNSIGNED ? 0 : -128;
        for (int v = low; v < 128; v++) {
            t.setDouble(0, v);
            t.setLong(1, v);
            assertEquals(v, t.getDouble(0));
            assertEquals(v, t.getLong(1));
            assertEquals(t, Tensor.of(Shape.of(2), new double[] {v, v}).cast(dtype));
            assertEquals(t, Tensor.of(Shape.of(2), new long[] {v, v}).cast(dtype));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "int8, 200, -56",
        "uint8, -1, 255",
        "int16, 40000, -25536",
        "uint16, 65537, 1",
        "int32, 2147483648, -2147483648",
        "uint32, -1, 4294967295",
        "int64, -9223372036854775808, -9223372036854775808",
        "uint64, -1, -1",
        "bool, 7, 1",
        "float16, 2049, 2048",
        "bfloat16, 257, 256",
        "float32, 16777217, 16777216",
        "float64, 9007199254740993, 9007199254740992",
        "float32, 4611686293305294849, 4611686568183201792"
    })
    void longsWrapOrRound(String dtype, long stored, long expected) {
        Tensor t = Tensor.zeros(TensorType.of(DType.ofKeras(dtype).orElseThrow()));
        t.setLong(0, stored);
        assertEquals(expected, t.getLong(0));
    }

    @ParameterizedTest
    @CsvSource({
        "int32, -2.9, -2", "int8, 3.9, 3", "bool, 0.1, 1", "bool, 0, 0",
        "uint64, 1.8446744073709550e19, 1.8446744073709550e19", "float32, 0.1, 0.10000000149011612",
                "float16, 0.1, 0.0999755859375", "bfloat16, 0.1, 0.10009765625",
        "float16, 65519.999, 65504", "float16, 65520, Infinity"
    })
    void doublesTruncateOrRound(String dtype, double stored, double expected) {
        Tensor t = Tensor.zeros(TensorType.of(DType.ofKeras(dtype).orElseThrow()));
        t.setDouble(0, stored);
        assertEquals(expected, t.getDouble(0));
    }

    @Test
    void unsignedLongsAreDoublesRoundedOnce() {
        Tensor t = Tensor.of(DType.UINT64, Shape.of(3), new long[] {-1, Long.MIN_VALUE, (1L << 63) + 1025});
        assertEquals(0x1p64, t.getDouble(0));
        assertEquals(0x1p63, t.getDouble(1));
        assertEquals(0x1p63 + 2048, t.getDouble(2));
    }

    @Test
    void stringsAndComplexNumbers() {
        Tensor s = Tensor.of(Shape.of(2), "ä", "");
        assertEquals("ä", s.getString(0));
        assertArrayEquals(new byte[] {(byte) 0xc3, (byte) 0xa4}, s.byteStrings()[0]);
        assertEquals("string[2] {\"ä\", \"\"}", s.toString());
        assertEquals(12, Tensor.zeros(TensorType.of(DType.COMPLEX64, 2, 3)).floats().length);
        assertEquals(2, Tensor.zeros(TensorType.of(DType.COMPLEX128)).doubles().length);
        assertThrows(ShapeException.class, () -> s.getDouble(0));
    }

    @Test
    void wrongDataIsRefused() {
        String length = assertThrows(ShapeException.class, () -> Tensor.of(Shape.of(2, 2), 1f, 2f))
                .getMessage();
        assertEquals("Tensor: expected 4 elements for float32[2×2] but was 2", length);
        String storage = assertThrows(ShapeException.class, () -> Tensor.of(DType.INT64, Shape.of(1), new int[1]))
                .getMessage();
        assertEquals("Tensor: expected long[] for int64[1] but was int[]", storage);
        String view = assertThrows(
                        ShapeException.class,
                        () -> Tensor.scalar(DType.FLOAT32, 1).ints())
                .getMessage();
        assertEquals("Tensor: expected storage int[] but was float32[]", view);
    }

    @Test
    void equalityIsBitByBit() {
        Tensor t = Tensor.of(Shape.of(2), 0f, Float.NaN);
        assertEquals(t, Tensor.of(Shape.of(2), 0f, Float.NaN));
        assertEquals(t.hashCode(), Tensor.of(Shape.of(2), 0f, Float.NaN).hashCode());
        assertNotEquals(t, Tensor.of(Shape.of(2), -0f, Float.NaN));
        assertNotEquals(t, Tensor.of(Shape.of(1, 2), 0f, Float.NaN));
        assertEquals(Tensor.of(Shape.of(1), "a"), Tensor.of(Shape.of(1), "a"));
        assertEquals(
                "float32[9] {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, …}",
                Tensor.zeros(TensorType.f32(9)).toString());
        assertEquals("float16[] {1.5}", Tensor.scalar(DType.FLOAT16, 1.5).toString());
    }

    /** Elements that are read when they are wanted: all of them, some of them, under another shape. */
    @Test
    void someAreReadWhenTheyAreWanted() {
        float[] stored = {1, 2, 3, 4, 5, 6};
        int[] reads = {0};
        Tensor t = Tensor.lazily(TensorType.f32(2, 3), (from, into, at, n) -> {
            reads[0]++;
            System.arraycopy(stored, from, into, at, n);
        });
        assertEquals(0, reads[0]);
        float[] some = new float[4];
        t.copyTo(2, some, 1, 3);
        assertArrayEquals(new float[] {0, 3, 4, 5}, some);
        assertEquals(1, reads[0]);
        assertEquals(Tensor.of(Shape.of(2, 3), stored), t);
        assertEquals(Tensor.of(Shape.of(6), stored), t.reshape(Shape.of(6)));
        assertEquals(4, t.getDouble(3));
        assertThrows(ShapeException.class, () -> t.reshape(Shape.of(5)));
    }

    @Test
    void everyTypeHasItsNames() {
        for (DType d : DType.values()) {
            assertEquals(d, DType.ofKeras(d.keras()).orElseThrow());
            assertEquals(d, DType.ofTensorflow(d.tensorflow()).orElseThrow());
            assertEquals(d.name().toLowerCase(java.util.Locale.ROOT), d.toString());
        }
        assertEquals(
                List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.FLOAT16),
                Stream.of(DType.values()).filter(DType::isFloating).toList());
    }
}
