package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.object.Axes;
import dev.posthorn.keras.object.ElementwiseLayer;
import java.util.Optional;

/**
 * {@code y[…] = exp(x) / Σ exp(x)} along the axes, over the elements that the mask leaves; the others give zero. Source:
 * keras/src/layers/activations/softmax.py.
 */
public record Softmax(Axes axis) implements ElementwiseLayer {
  public static final Codec<Softmax> CODEC = Codec.of("Softmax", f -> new Softmax(
      f.of("axis", Axes.TYPE, Softmax::axis, Axes.LAST)));

  @Override
  public Op op() {
    return new dev.posthorn.ir.fn.Softmax(axis.list());
  }

  @Override
  public Value call(Call c, Value x) {
    Builder b = c.builder();
    Optional<Value> mask = c.argument("mask", 1).filter(KerasTensor.class::isInstance).map(t -> ((KerasTensor) t).value());
    return mask.or(c::mask).map(m -> masked(b, x, m)).orElseGet(() -> b.add(op(), x));
  }

  /** The softmax of the elements where the mask, which broadcasts to x, is true. */
  private Value masked(Builder b, Value x, Value mask) {
    Value keep = mask.dtype() == DType.BOOL ? mask
        : b.compare(Compare.Fn.GT, b.cast(mask, DType.FLOAT32), b.constant(DType.FLOAT32, 0.5));
    Value low = b.constant(x.dtype(), x.dtype() == DType.FLOAT16 ? -3e4 : -1e9);
    return b.select(keep, b.add(op(), b.select(keep, x, low)), b.constant(x.dtype(), 0));
  }
}
