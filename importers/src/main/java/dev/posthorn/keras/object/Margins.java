package dev.posthorn.keras.object;

import dev.posthorn.codec.FieldType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Elements before and after each spatial axis: {@code [[top, bottom], [left, right]]}. */
public record Margins(List<List<Integer>> sides) {
    /** One number for all sides, one for each axis, or a pair for each; of a single axis the pair itself. */
    public static FieldType<Margins> of(int rank) {
        return FieldType.of(
                "an integer, or " + rank + " integers or pairs",
                o -> read(o, rank),
                m -> rank == 1 ? m.sides.get(0) : m.sides);
    }

    private static Margins read(Object o, int rank) {
        List<?> axes = o instanceof Number ? Collections.nCopies(rank, o) : rank == 1 ? List.of(o) : (List<?>) o;
        List<List<Integer>> sides = new ArrayList<>();
        for (Object axis : axes) {
            List<?> pair = axis instanceof List<?> l ? l : List.of(axis, axis);
            if (pair.size() != 2) {
                throw new IllegalArgumentException("of length " + pair.size());
            }
            sides.add(pair.stream()
                    .map(i -> Math.toIntExact(((Number) i).longValue()))
                    .toList());
        }
        if (sides.size() != rank || sides.stream().anyMatch(p -> p.get(0) < 0 || p.get(1) < 0)) {
            throw new IllegalArgumentException("negative, or of length " + sides.size());
        }
        return new Margins(List.copyOf(sides));
    }

    /** What stands before (side 0) or after (side 1) each of {@code axes} axes, of which the first spatial one is given. */
    public List<Integer> all(int side, int axes, int spatial) {
        List<Integer> out = new ArrayList<>(Collections.nCopies(axes, 0));
        for (int a = 0; a < sides.size(); a++) {
            out.set(spatial + a, sides.get(a).get(side));
        }
        return out;
    }
}
