package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * Images sampled on another grid: {@code x[b×h×w×c] → y[b×height×width×c]}, pixels as squares (half-pixel centres).
 * Interpolation is separable: two products with the matrices of {@link Sampling}; NEAREST picks rows and columns. All but
 * NEAREST are computed in float32 at least. Source: tf.image.resize.
 *
 * @param antialias whether a smaller image takes every input into account
 */
public record Resize(Sampling method, int height, int width, boolean antialias) implements Op.Composite {
    public Resize(Sampling method, int height, int width) {
        this(method, height, width, false);
    }

    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(1);
        return List.of(method.resample(b, in.get(0), Dim.of(height), Dim.of(width), antialias));
    }
}
