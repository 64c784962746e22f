package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.Bias;
import dev.posthorn.keras.object.Lora;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.WeightOptions;
import dev.posthorn.keras.operation.Einsum;
import dev.posthorn.keras.operation.Promotion;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code y = activation(einsum(equation, x, kernel) + bias)}. Source: keras/src/layers/core/einsum_dense.py.
 *
 * @param outputShape the dimensions of y after that of the batch and those under an ellipsis; null for those of x
 * @param biasAxes the labels of y's axes along which the bias varies; null for no bias
 */
public record EinsumDense(String equation, List<Integer> outputShape, String biasAxes, Activation activation,
    WeightOptions kernel, WeightOptions bias, Object activityRegularizer, Lora lora) implements SimpleLayer {
  private static final Pattern EQUATION =
      Pattern.compile("(\\.\\.\\.)?([a-zA-Z]+)(\\.\\.\\.)?,([a-zA-Z]+)->(?:\\.\\.\\.)?([a-zA-Z]+)(?:\\.\\.\\.)?");
  public static final Codec<EinsumDense> CODEC = Codec.of("EinsumDense", f -> new EinsumDense(
      f.of("equation", FieldType.STRING, EinsumDense::equation, null),
      f.of("output_shape", Numbers.DIMS, EinsumDense::outputShape, null),
      f.of("bias_axes", FieldType.STRING.orNull(), EinsumDense::biasAxes),
      f.of("activation", Activation.TYPE, EinsumDense::activation, Activation.LINEAR),
      f.group(WeightOptions.of("kernel"), EinsumDense::kernel),
      f.group(WeightOptions.of("bias"), EinsumDense::bias),
      f.of("activity_regularizer", FieldType.ANY, EinsumDense::activityRegularizer),
      f.group(Lora::of, EinsumDense::lora)));

  public EinsumDense {
    if (!EQUATION.matcher(equation).matches()) {
      throw new IllegalArgumentException(
          "expected an equation like 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...' but was '" + equation + "'");
    }
  }

  @Override
  public boolean passesMask() {
    return false;
  }

  @Override
  public List<Weight> weights(List<TensorType> inputs) {
    Matcher m = EQUATION.matcher(equation);
    m.matches();
    Shape x = inputs.get(0).shape();
    String in = m.group(2);
    String out = m.group(5);
    int elided = x.rank() - in.length();
    int left = m.group(1) == null ? 0 : elided;
    List<Integer> y = new ArrayList<>(outputShape); // the axes of out that are not under the ellipsis
    if (left == 0) {
      y.add(0, x.dim(0));
    }
    List<Integer> kernel = new ArrayList<>();
    for (char label : m.group(4).toCharArray()) {
      int at = out.indexOf(label);
      kernel.add(at >= 0 && y.get(at) != null ? y.get(at) : dim(x, left, in.indexOf(label)));
    }
    if (kernel.contains(Shape.UNKNOWN)) {
      throw new ShapeException(
          "EinsumDense: expected known dimensions of the kernel but was " + x + " for " + equation);
    }
    List<Weight> weights = new ArrayList<>(List.of(Weight.of("kernel", array(kernel))));
    if (biasAxes != null) {
      int first = biasAxes.chars().map(out::indexOf).min().orElse(0);
      List<Integer> dims = new ArrayList<>();
      for (int i = first; i < out.length(); i++) {
        boolean varies = biasAxes.indexOf(out.charAt(i)) >= 0;
        dims.add(!varies ? 1 : y.get(i) != null ? y.get(i) : dim(x, left, in.indexOf(out.charAt(i))));
      }
      for (int i = 0; i < elided - left; i++) {
        dims.add(1);
      }
      weights.add(Weight.of("bias", array(dims)));
    }
    return lora.adapt("kernel", weights);
  }

  private static Integer dim(Shape x, int left, int label) {
    return label < 0 ? Shape.UNKNOWN : x.dim(left + label);
  }

  private static int[] array(List<Integer> dims) {
    return dims.stream().mapToInt(i -> i).toArray();
  }

  @Override
  public Value call(Call c, Value x) {
    Builder b = c.builder();
    Value kernel = lora.weight(c, "kernel");
    DType dtype = Promotion.of(x.dtype(), kernel.dtype());
    Value y = Einsum.of(b, equation, List.of(b.cast(x, dtype), b.cast(kernel, dtype)));
    return activation.apply(b, biasAxes == null ? y : Bias.add(b, y, c.weight("bias")));
  }
}
