package dev.posthorn.keras.object;

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

    public static final FieldType<Axes> TYPE = FieldType.of(
            "an axis or a list of axes",
            o -> new Axes(Numbers.ints(o), !(o instanceof List<?>)),
            a -> a.single ? a.list.get(0) : a.list);

    public Axes {
        list = List.copyOf(list);
    }

    public int[] array() {
        return list.stream().mapToInt(i -> i).toArray();
    }
}
