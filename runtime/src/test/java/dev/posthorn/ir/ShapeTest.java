package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.model.ShapeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapeTest {
    private static final int U = Shape.UNKNOWN;

    private static Shape parse(String s) {
        if (s.equals("...")) {
            return Shape.UNRANKED;
        }
        String[] dims = s.isEmpty() ? new String[0] : s.split(" ");
        int[] d = new int[dims.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = dims[i].equals("?") ? U : Integer.parseInt(dims[i]);
        }
        return Shape.of(d);
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', ''", "'3', '', '3'", "'2 1', '3', '2 3'", "'2 3', '1 1 1', '1 2 3'", "'0', '1', '0'", "'1', '0', '0'",
        "'?', '3', '3'", "'?', '1', '?'", "'1', '?', '?'", "'?', '?', '?'", "'? 3', '2 1', '2 3'", "'...', '3', '...'",
        "'5 1 7', '11 1', '5 11 7'"
    })
    void broadcast(String a, String b, String expected) {
        assertEquals(parse(expected), Shape.broadcast(parse(a), parse(b)));
        assertEquals(parse(expected), Shape.broadcast(parse(b), parse(a)));
    }

    @ParameterizedTest
    @CsvSource({
        "'2', '3', 'expected broadcastable shapes but was [2] and [3] (axis -1: 2 and 3)'",
        "'0', '2', 'expected broadcastable shapes but was [0] and [2] (axis -1: 0 and 2)'",
        "'2 1', '3 5', 'expected broadcastable shapes but was [2×1] and [3×5] (axis -2: 2 and 3)'"
    })
    void broadcastFails(String a, String b, String message) {
        assertFails(message, () -> Shape.broadcast(parse(a), parse(b)));
    }

    @ParameterizedTest
    @CsvSource({"'2 ?', '? 3', '2 3'", "'...', '2', '2'", "'2', '...', '2'", "'?', '?', '?'", "'', '', ''"})
    void merge(String a, String b, String expected) {
        assertEquals(parse(expected), Shape.merge(parse(a), parse(b)));
    }

    @Test
    void mergeFails() {
        assertFails(
                "expected equal shapes but was [2×3] and [2×4] (axis 1)",
                () -> Shape.merge(Shape.of(2, 3), Shape.of(2, 4)));
        assertFails("expected equal ranks but was [2] and [2×1]", () -> Shape.merge(Shape.of(2), Shape.of(2, 1)));
    }

    @ParameterizedTest
    @CsvSource({
        "'...', '2 3', true",
        "'? 3', '2 3', true",
        "'? 3', '2 4', false",
        "'2', '?', false",
        "'2', '2 1', false",
        "'?', '...', false",
        "'', '', true"
    })
    void accepts(String declared, String actual, boolean expected) {
        assertEquals(expected, parse(declared).accepts(parse(actual)));
    }

    @Test
    void axesCountFromBothEnds() {
        Shape s = Shape.of(2, 3, 5);
        assertEquals(5, s.dim(-1));
        assertEquals(0, s.axis(-3));
        assertFails("Shape: expected an axis in [-3, 3) but was 3 of [2×3×5]", () -> s.dim(3));
        assertFails("Shape: expected an axis in [-3, 3) but was -4 of [2×3×5]", () -> s.axis(-4));
        assertEquals(Shape.of(2, 7, 5), s.with(-2, 7));
        assertEquals(Shape.of(2, 3, 5, 1), s.insert(-1, 1));
        assertEquals(Shape.of(1, 2, 3, 5), s.insert(0, 1));
        assertEquals(Shape.of(2, 3, 1, 5), s.insert(-2, 1));
        assertFails("Shape: expected an axis in [-4, 3] but was 4 of [2×3×5]", () -> s.insert(4, 1));
        assertEquals(Shape.of(2, 5), s.remove(1));
        assertEquals(Shape.of(2, 3, 5, 7, 11), s.append(7, 11));
        assertEquals(Shape.of(3, 5), s.slice(1, 3));
        assertEquals(15, s.size(1, 3));
    }

    @Test
    void sizes() {
        assertEquals(1, Shape.SCALAR.size());
        assertEquals(0, Shape.of(3, 0, 1 << 30, 1 << 30, 1 << 30).longSize());
        assertEquals(1L << 40, Shape.of(1 << 20, 1 << 20).longSize());
        assertFails(
                "Shape: expected at most 2^31 - 9 elements but was 1099511627776 in [1048576×1048576]",
                () -> Shape.of(1 << 20, 1 << 20).size());
        assertFails(
                "Shape: expected known dimensions but was [2×?]",
                () -> Shape.of(2, U).size());
        assertFails("Shape: expected a known rank but was [...]", Shape.UNRANKED::rank);
        assertFails("Shape: expected dimensions of at least 0 but was [2, -2]", () -> Shape.of(2, -2));
        assertTrue(Shape.of(2, 3).isKnown());
        assertFalse(Shape.of(2, U).isKnown());
        assertFalse(Shape.UNRANKED.isKnown());
        assertEquals("[2×?]", Shape.of(2, U).toString());
        assertEquals("[]", Shape.SCALAR.toString());
    }

    private static void assertFails(String message, Executable e) {
        assertEquals(message, assertThrows(ShapeException.class, e).getMessage());
    }
}
