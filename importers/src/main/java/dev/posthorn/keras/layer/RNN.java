package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.LayerReader;
import dev.posthorn.keras.Unsupported;
import java.util.function.UnaryOperator;

/** Any cell over a sequence. Source: keras/src/layers/rnn/rnn.py. */
public record RNN(LayerNode cell, RecurrentOptions options, Object activityRegularizer) implements Recurrent {
    public static final Codec<RNN> CODEC = Codec.of(
            "RNN",
            f -> new RNN(
                    f.of("cell", LayerReader.TYPE, RNN::cell, null),
                    f.group(RecurrentOptions::of, RNN::options),
                    f.rare("activity_regularizer", FieldType.ANY, RNN::activityRegularizer)));

    public RNN {
        if (!(cell.layer() instanceof Cell || cell.layer() instanceof Unsupported)) {
            throw new IllegalArgumentException(
                    "expected a recurrent cell but was " + cell.layer().className());
        }
    }

    @Override
    public RNN withOptions(RecurrentOptions other) {
        return new RNN(cell, other, activityRegularizer);
    }

    @Override
    public Layer withChildren(UnaryOperator<LayerNode> replace) {
        return new RNN(replace.apply(cell), options, activityRegularizer);
    }

    @Override
    public LayerNode cellNode(DTypePolicy policy) {
        return cell;
    }
}
