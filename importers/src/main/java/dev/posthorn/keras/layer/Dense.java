package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.Lora;
import dev.posthorn.keras.object.WeightOptions;
import java.util.List;

/** {@code y[…×units] = activation(x[…×in] · kernel[in×units] + bias[units])}. Source: keras/src/layers/core/dense.py. */
public record Dense(int units, Activation activation, boolean useBias, WeightOptions kernel, WeightOptions bias,
    Object activityRegularizer, Lora lora) implements SimpleLayer {
  public static final Codec<Dense> CODEC = Codec.of("Dense", f -> new Dense(
      f.of(List.of("units", "units", "output_dim"), FieldType.INT, Dense::units, null),
      f.of("activation", Activation.TYPE, Dense::activation, Activation.LINEAR),
      f.of(List.of("use_bias", "use_bias", "bias"), FieldType.BOOL, Dense::useBias, true),
      f.group(WeightOptions.of("kernel"), Dense::kernel),
      f.group(WeightOptions.of("bias"), Dense::bias),
      f.of("activity_regularizer", FieldType.ANY, Dense::activityRegularizer),
      f.group(Lora::of, Dense::lora)));

  public Dense {
    if (units <= 0) {
      throw new IllegalArgumentException("expected positive units but was " + units);
    }
  }

  @Override
  public List<Weight> weights(List<TensorType> inputs) {
    Weight kernel = Weight.of("kernel", inputs.get(0).shape().dim(-1), units);
    return lora.adapt("kernel", useBias ? List.of(kernel, Weight.of("bias", units)) : List.of(kernel));
  }

  @Override
  public Value call(Call c, Value x) {
    Value kernel = lora.weight(c, "kernel");
    Value y = c.builder().matmul(c.builder().cast(x, kernel.dtype()), kernel);
    y = useBias ? c.builder().plus(y, c.weight("bias")) : y;
    return activation.apply(c.builder(), y);
  }
}
