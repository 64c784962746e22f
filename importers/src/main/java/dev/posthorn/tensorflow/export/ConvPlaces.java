package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many places a transposed convolution has on each axis: {@code (n − 1) · step + more} for {@code n} elements of what it is
 * applied to.
 *
 * @param elements on each axis, which may be unknown
 */
record ConvPlaces(List<Integer> elements, List<Integer> steps, List<Integer> more) {
    boolean isKnown() {
        return elements.stream().allMatch(n -> n != Shape.UNKNOWN);
    }

    /** As many less on each axis. */
    ConvPlaces less(List<Integer> fewer) {
        return new ConvPlaces(
                elements,
                steps,
                IntStream.range(0, more.size())
                        .mapToObj(a -> more.get(a) - fewer.get(a))
                        .toList());
    }

    private List<Integer> counts() {
        return IntStream.range(0, more.size())
                .mapToObj(a -> (elements.get(a) - 1) * steps.get(a) + more.get(a))
                .toList();
    }

    /** The shape with these places: as many rows as {@code x} has, and so many channels. */
    String shape(String x, DType dtype, int channels, FunctionWriter w) {
        Attrs index = Attrs.of(DType.INT32).type("Index", DType.INT32);
        String all = OrderRules.shapeOf(x, dtype, w);
        List<String> parts =
                new ArrayList<>(List.of(w.add("Slice", "output", List.of(all, w.ints(0), w.ints(1)), index)));
        if (isKnown()) {
            List<Integer> rest = new ArrayList<>(counts());
            rest.add(channels);
            parts.add(w.ints(rest));
        } else {
            String n = w.add("Slice", "output", List.of(all, w.ints(1), w.ints(more.size())), index);
            String steady = w.ints(IntStream.range(0, more.size())
                    .mapToObj(a -> more.get(a) - steps.get(a))
                    .toList());
            String scaled = w.add("Mul", "z", List.of(n, w.ints(steps)), Attrs.of(DType.INT32));
            parts.add(w.add("AddV2", "z", List.of(scaled, steady), Attrs.of(DType.INT32)));
            parts.add(w.ints(channels));
        }
        Attrs joins = Attrs.of(DType.INT32).integer("N", parts.size()).type("Tidx", DType.INT32);
        parts.add(w.scalar(0));
        return w.add("ConcatV2", "output", parts, joins);
    }
}
