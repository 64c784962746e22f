package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Resize;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Framing;
import java.util.List;

/**
 * Images cut to a size at random while the model trains. Else Keras 3 gives them as they are; Keras 2 cuts them to the
 * sides' ratio and resizes them. Source: keras 2, layers/preprocessing/image_preprocessing.py.
 *
 * @param cut how they are cut in training
 * @param keras2 whether they are of the size at inference too, as before Keras 3
 */
public record RandomCrop(Augmentation cut, boolean keras2) implements Layer {
    /** The layer with its cutting. */
    public static Codec<RandomCrop> codec(Codec<Augmentation> cutting) {
        return Codec.of(
                cutting.name(),
                f -> new RandomCrop(
                        f.group(cutting.call(), RandomCrop::cut),
                        f.implied(
                                "images of its size at inference", RandomCrop::keras2, f.dialect() != Dialect.KERAS3)));
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return cut.weights(inputs);
    }

    @Override
    public boolean mixesBatch() {
        return cut.mixesBatch();
    }

    @Override
    public List<KerasTensor> call(Call c) {
        if (c.training() || !keras2) {
            return cut.call(c);
        }
        Value x = c.x();
        Builder b = c.builder();
        int height = cut.size("height");
        int width = cut.size("width");
        boolean single = x.shape().rank() == 3;
        Value y = b.cast(x, c.policy().compute());
        Value images = Framing.cropped(b, single ? b.expandDims(y, 0) : y, height, width);
        Value resized = b.add(new Resize(Sampling.BILINEAR, height, width, false), images);
        return List.of(KerasTensor.of(single ? b.squeeze(resized, 0) : resized));
    }
}
