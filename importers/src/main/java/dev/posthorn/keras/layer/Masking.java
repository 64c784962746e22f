package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.object.Numbers;
import java.util.List;

/**
 * Steps all of whose features are the mask value are zero and masked: {@code x[batch×t×features] → y}. Source:
 * keras/src/layers/core/masking.py.
 */
public record Masking(double maskValue) implements Layer {
  public static final Codec<Masking> CODEC = Codec.of("Masking", f -> new Masking(
      f.of("mask_value", Numbers.FLOAT, Masking::maskValue, 0.0)));

  @Override
  public List<KerasTensor> call(Call c) {
    Builder b = c.builder();
    Value x = c.x();
    Value mask = b.reduce(Reduce.Fn.ANY, b.compare(Compare.Fn.NE, x, b.constant(x.dtype(), maskValue)), false, -1);
    return List.of(new KerasTensor(b.select(b.expandDims(mask, -1), x, b.constant(x.dtype(), 0)), mask));
  }
}
