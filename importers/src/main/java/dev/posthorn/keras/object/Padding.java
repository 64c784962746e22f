package dev.posthorn.keras.object;

import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Window;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** What a window meets beyond the borders. */
public enum Padding {
    /** Nothing: the window stays inside. */
    VALID,
    /** As much on both sides that stride 1 keeps the size. */
    SAME,
    /** Only before, so that no output depends on later inputs. */
    CAUSAL;

    public static final FieldType<Padding> TYPE = FieldType.lower(Padding.class);

    /** The window over {@code x}, whose channels are last. */
    public Window window(Value x, List<Integer> size, List<Integer> strides, List<Integer> dilations) {
        int rank = size.size();
        return switch (this) {
            case VALID -> Window.valid(size, strides, dilations);
            case SAME ->
                Window.same(
                        size,
                        strides,
                        dilations,
                        Arrays.stream(x.shape().slice(1, rank + 1).dims())
                                .boxed()
                                .toList());
            case CAUSAL ->
                new Window(
                        size,
                        strides,
                        dilations,
                        IntStream.range(0, rank)
                                .map(a -> (size.get(a) - 1) * dilations.get(a))
                                .boxed()
                                .toList(),
                        Collections.nCopies(rank, 0));
        };
    }
}
