package dev.posthorn.keras.object;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import java.util.List;

/**
 * One axis or several.
 *
 * @param single whether the configuration gives a number and not a list
 */
public record Axes(List<Integer> list, boolean single) {
    /** The last axis. */
    public static final Axes LAST = new Axes(List.of(-1), true);

    /** A number or a list; Keras 3 wants the number where there is one axis. */
    public static final FieldType<Axes> TYPE = new FieldType<>(
            "an axis or a list of axes",
            (o, c) -> new Axes(Numbers.ints(o), !(o instanceof List<?>)),
            (a, c) -> a.single || a.list.size() == 1 && c.dialect() == Dialect.KERAS3 ? a.list.get(0) : a.list,
            false);

    public Axes {
        list = List.copyOf(list);
    }

    public int[] array() {
        return list.stream().mapToInt(i -> i).toArray();
    }
}
