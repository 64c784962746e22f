package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Adding a bias that broadcasts. */
public final class Bias {
    private Bias() {}

    /**
     * {@code x + bias}. A bias with one dimension of more than 1 stands along the last axis of x where that is as long, else
     * along the second one where that is, and only else where broadcasting puts it. Source: keras.ops.add on TensorFlow.
     */
    public static Value add(Builder b, Value x, Value bias) {
        int[] large = Arrays.stream(bias.shape().dims()).filter(d -> d != 1).toArray();
        int rank = x.shape().rank();
        if (large.length != 1
                || rank < 2
                || large[0] != x.shape().dim(-1) && large[0] != x.shape().dim(1)) {
            return b.plus(x, bias);
        }
        int axis = large[0] == x.shape().dim(-1) ? rank - 1 : 1;
        int[] dims =
                IntStream.range(axis, rank).map(i -> i == axis ? large[0] : 1).toArray();
        return b.plus(x, b.reshape(bias, dims));
    }
}
