package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Einsum;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.Bias;
import dev.posthorn.keras.object.Lora;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.Quantization;
import dev.posthorn.keras.object.WeightOptions;
import dev.posthorn.keras.operation.Promotion;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * {@code y = activation(einsum(equation, x, kernel) + bias)}. Source: keras/src/layers/core/einsum_dense.py.
 *
 * @param outputShape the dimensions of y after that of the batch and those under an ellipsis; null for those of x
 * @param biasAxes the labels of y's axes along which the bias varies; null for no bias
 */
public record EinsumDense(
        String equation,
        List<Integer> outputShape,
        String biasAxes,
        Activation activation,
        WeightOptions kernel,
        WeightOptions bias,
        Object activityRegularizer,
        Lora lora,
        Quantization quantization)
        implements SimpleLayer {
    private static final Pattern EQUATION =
            Pattern.compile("(\\.\\.\\.)?([a-zA-Z]+)(\\.\\.\\.)?,([a-zA-Z]+)->(?:\\.\\.\\.)?([a-zA-Z]+)(?:\\.\\.\\.)?");
    public static final Codec<EinsumDense> CODEC = Codec.of(
            "EinsumDense",
            f -> new EinsumDense(
                    f.of("equation", FieldType.STRING, EinsumDense::equation, null),
                    f.of("output_shape", Numbers.DIMS, EinsumDense::outputShape, null),
                    f.of("bias_axes", FieldType.STRING.orNull(), EinsumDense::biasAxes),
                    f.of("activation", Activation.OR_LAYER, EinsumDense::activation, Activation.LINEAR),
                    f.group(WeightOptions.of("kernel"), EinsumDense::kernel),
                    f.group(WeightOptions.of("bias"), EinsumDense::bias),
                    f.of("activity_regularizer", FieldType.ANY, EinsumDense::activityRegularizer),
                    f.group(Lora::of, EinsumDense::lora),
                    f.group(Quantization::of, EinsumDense::quantization)));

    public EinsumDense {
        if (!EQUATION.matcher(equation).matches()) {
            throw new IllegalArgumentException(
                    "expected an equation like 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...' but was '" + equation
                            + "'");
        }
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return activation.children();
    }

    @Override
    public EinsumDense withChildren(UnaryOperator<LayerNode> replace) {
        return new EinsumDense(
                equation,
                outputShape,
                biasAxes,
                activation.with(replace),
                kernel,
                bias,
                activityRegularizer,
                lora,
                quantization);
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return weights(inputs, DTypePolicy.FLOAT32);
    }

    @Override
    public boolean quantizes(String mode) {
        return Quantization.knows(mode);
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs, DTypePolicy policy) {
        List<Weight> plain = plain(inputs);
        if (policy.mode().isEmpty()) {
            return lora.adapt("kernel", plain);
        }
        Matcher m = EQUATION.matcher(equation);
        m.matches();
        Shape kernel = plain.get(0).shape();
        if (Quantization.isCalibrated(policy)) {
            return calibrated(policy, plain, kernel);
        }
        int rows = 1;
        int columns = 1;
        for (int i = 0; i < kernel.rank(); i++) {
            char label = m.group(4).charAt(i);
            boolean summed = m.group(5).indexOf(label) < 0;
            if (summed != m.group(2).indexOf(label) >= 0) {
                throw new UnsupportedModelException(
                        "EinsumDense: expected axes of a quantized kernel that are summed over or new but was "
                                + equation);
            }
            rows *= summed ? kernel.dim(i) : 1;
            columns *= summed ? 1 : kernel.dim(i);
        }
        int elided = inputs.get(0).shape().rank() - m.group(2).length();
        int[] scale = new int[m.group(5).length() + elided];
        Arrays.fill(scale, 1);
        for (int i = 0; i < m.group(5).length(); i++) {
            int at = m.group(4).indexOf(m.group(5).charAt(i));
            scale[i + (m.group(1) == null ? 0 : elided)] = at < 0 ? 1 : kernel.dim(at);
        }
        return quantization.kernel(policy, lora, plain, rows, columns, Shape.of(scale));
    }

    /** The first axis of a kernel of three is its rows where it is the longest one, else the last its columns. */
    private List<Weight> calibrated(DTypePolicy policy, List<Weight> plain, Shape kernel) {
        if (kernel.rank() != 2 && kernel.rank() != 3) {
            throw new UnsupportedModelException(
                    "EinsumDense: expected a kernel of 2 or 3 axes with " + policy.mode() + " but was " + kernel);
        }
        int last = kernel.dim(-1);
        int first = kernel.dim(0);
        int middle = kernel.rank() == 2 ? 1 : kernel.dim(1);
        boolean joinsColumns = first >= middle && first >= last;
        return kernel.rank() == 2 || joinsColumns
                ? quantization.kernel(policy, lora, plain, first, middle * last, kernel)
                : quantization.kernel(policy, lora, plain, first * middle, last, kernel);
    }

    /** The product with a quantized kernel. */
    private Value quantized(Call c, Value x) {
        Matcher m = EQUATION.matcher(equation);
        m.matches();
        String in = m.group(2);
        String out = m.group(5);
        int elided = x.shape().rank() - in.length();
        int left = m.group(1) == null ? 0 : elided;
        int[] summed = IntStream.range(0, in.length())
                .filter(i -> out.indexOf(in.charAt(i)) < 0)
                .map(i -> i + left)
                .toArray();
        Builder b = c.builder();
        List<Weight> plain = plain(c.inputTypes());
        return quantization.product(
                c,
                x,
                plain.get(0).shape(),
                summed,
                scale -> {
                    if (!common(in, out).equals(common(out, in))) {
                        throw new UnsupportedModelException(
                                "EinsumDense: expected axes of quantized inputs in order but was " + equation);
                    }
                    List<Dim> dims = new ArrayList<>();
                    for (int i = 0; i < left; i++) {
                        dims.add(b.dim(x, i));
                    }
                    for (char label : out.toCharArray()) {
                        dims.add(in.indexOf(label) < 0 ? Dim.of(1) : b.dim(x, left + in.indexOf(label)));
                    }
                    for (int i = left + in.length(); i < x.shape().rank(); i++) {
                        dims.add(b.dim(x, i));
                    }
                    return b.reshape(scale, dims.toArray(Dim[]::new));
                },
                (a, k) -> Einsum.of(b, equation, List.of(a, k)),
                lora);
    }

    /** The labels that are in the other one too. */
    private static String common(String labels, String other) {
        return labels.replaceAll("[^" + other + "]", "");
    }

    private List<Weight> plain(List<TensorType> inputs) {
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
        return weights;
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
        Value y = c.policy().mode().isEmpty() ? product(c, x) : quantized(c, x);
        return activation.apply(c, biasAxes == null ? y : Bias.add(b, y, Quantization.bias(c)));
    }

    private Value product(Call c, Value x) {
        Builder b = c.builder();
        Value kernel = lora.weight(c, "kernel");
        DType dtype = Promotion.of(x.dtype(), kernel.dtype());
        return Einsum.of(b, equation, List.of(b.cast(x, dtype), b.cast(kernel, dtype)));
    }
}
