package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.LayerNode;

/** A convolutional LSTM over a sequence of signals, images or volumes. Source: keras/src/layers/rnn/conv_lstm.py. */
public record ConvLSTM(ConvLSTMCell cell, RecurrentOptions options, Object activityRegularizer) implements Recurrent {
    public static Codec<ConvLSTM> codec(int rank) {
        return Codec.of(
                "ConvLSTM" + rank + "D",
                f -> new ConvLSTM(
                        f.group(ConvLSTMCell.of(rank), ConvLSTM::cell),
                        f.group(RecurrentOptions::of, ConvLSTM::options),
                        f.of("activity_regularizer", FieldType.ANY, ConvLSTM::activityRegularizer)));
    }

    @Override
    public String className() {
        return "ConvLSTM" + cell.sliding().rank() + "D";
    }

    @Override
    public ConvLSTM withOptions(RecurrentOptions other) {
        return new ConvLSTM(cell, other, activityRegularizer);
    }

    @Override
    public LayerNode cellNode(DTypePolicy policy) {
        return LayerNode.inner("conv_lstm_cell", cell, policy);
    }
}
