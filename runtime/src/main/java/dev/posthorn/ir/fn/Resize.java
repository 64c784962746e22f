package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import java.util.List;

/**
 * Images sampled on another grid: {@code x[b×h×w×c] → y[b×height×width×c]}, pixels as squares (half-pixel centres) and
 * no antialiasing. Interpolation is separable: two products with the matrices of {@link Sampling}; NEAREST picks rows
 * and columns. All but NEAREST are computed in float32 at least. Source: tf.image.resize.
 */
public record Resize(Sampling method, int height, int width) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    new Operands(in).count(1);
    return List.of(method.resample(b, in.get(0), Dim.of(height), Dim.of(width)));
  }
}
