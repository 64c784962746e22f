package dev.posthorn.keras.object;

import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import java.util.stream.IntStream;

/** Where the channels stand among the axes of images. The IR's windows take them last. */
public enum DataFormat {
    CHANNELS_LAST,
    CHANNELS_FIRST;

    public static final FieldType<DataFormat> TYPE = FieldType.lower(DataFormat.class);

    /** The axis of the channels. */
    public int channels() {
        return this == CHANNELS_LAST ? -1 : 1;
    }

    /** The first spatial axis. */
    public int spatial() {
        return this == CHANNELS_LAST ? 1 : 2;
    }

    /** {@code x} with its channels last. */
    public Value toLast(Builder b, Value x) {
        int rank = x.shape().rank();
        return this == CHANNELS_LAST || rank < 3
                ? x
                : b.transpose(
                        x,
                        IntStream.range(0, rank)
                                .map(i -> i == 0 ? 0 : i == rank - 1 ? 1 : i + 1)
                                .toArray());
    }

    /** {@code y}, whose channels are last, in this format. */
    public Value fromLast(Builder b, Value y) {
        int rank = y.shape().rank();
        return this == CHANNELS_LAST || rank < 3
                ? y
                : b.transpose(
                        y,
                        IntStream.range(0, rank)
                                .map(i -> i == 0 ? 0 : i == 1 ? rank - 1 : i - 1)
                                .toArray());
    }
}
