package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.LayerReader;
import dev.posthorn.keras.Weight;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A layer whose kernel is divided by its largest singular value while it trains; what is stored is the divided one.
 * Source: keras/src/layers/normalization/spectral_normalization.py.
 */
public record SpectralNormalization(LayerNode layer, int powerIterations) implements Layer {
    public static final Codec<SpectralNormalization> CODEC = Codec.of(
            "SpectralNormalization",
            f -> new SpectralNormalization(
                    f.of("layer", LayerReader.TYPE, SpectralNormalization::layer, null),
                    f.of("power_iterations", FieldType.INT, SpectralNormalization::powerIterations, 1)));

    @Override
    public Layer withChildren(UnaryOperator<LayerNode> replace) {
        return new SpectralNormalization(replace.apply(layer), powerIterations);
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return List.of(Child.of("layer", layer));
    }

    @Override
    public int borrowedWeights() {
        return 1;
    }

    private Weight kernel(List<TensorType> inputs) {
        return layer.layer().weights(inputs).stream()
                .filter(w -> w.name().equals("kernel") || w.name().equals("embeddings"))
                .findFirst()
                .orElseThrow(() ->
                        new UnsupportedModelException("SpectralNormalization: expected a layer with a kernel but was "
                                + layer.layer().className()));
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return List.of(Weight.frozen("vector_u", 1, kernel(inputs).shape().dim(-1)));
    }

    @Override
    public List<KerasTensor> call(Call c) {
        if (c.training()) {
            normalise(c);
        }
        DType to = c.x().dtype();
        return c.child(layer, c.args(), c.kwargs()).stream()
                .map(t -> new KerasTensor(
                        c.builder().cast(t.value(), to),
                        t.mask()
                                .filter(m -> t.value().dtype() == to)
                                .or(c::mask)
                                .orElse(null)))
                .toList();
    }

    /** Iterates towards the kernel's largest singular value, and divides the kernel by it; one of zeros stays. */
    private void normalise(Call c) {
        Builder b = c.builder();
        Call inner = c.open(layer, c.args());
        String name = kernel(c.inputTypes()).name();
        Value kernel = inner.rawWeight(name);
        Value before = c.rawWeight("vector_u");
        Value matrix = b.reshape(kernel, -1, kernel.shape().dim(-1));
        Value u = before;
        Value v = u;
        for (int i = 0; i < powerIterations; i++) {
            v = unit(b, b.add(new MatMul(false, true), u, matrix));
            u = unit(b, b.matmul(v, matrix));
        }
        u = b.add(new StopGradient(), u);
        v = b.add(new StopGradient(), v);
        Value sigma = b.add(new MatMul(false, true), b.matmul(v, matrix), u); // [1×1]
        Value zero = b.reduce(
                Reduce.Fn.ALL,
                b.reshape(b.compare(Compare.Fn.EQ, kernel, b.constant(kernel.dtype(), 0)), -1),
                false,
                0);
        c.update("vector_u", b.select(zero, before, u));
        inner.update(name, b.select(zero, kernel, b.over(kernel, sigma)));
    }

    private static Value unit(Builder b, Value x) {
        Value sum = b.reduce(Reduce.Fn.SUM, b.unary(Unary.Fn.SQUARE, x), true, 0, 1);
        return b.times(x, b.binary(Binary.Fn.MIN, b.unary(Unary.Fn.RSQRT, sum), 1e7));
    }
}
