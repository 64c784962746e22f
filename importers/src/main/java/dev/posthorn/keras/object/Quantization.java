package dev.posthorn.keras.object;

import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Substitute;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.Weight;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/**
 * Weights in few bits, as the layer's policy says. int8: {@code w ≈ q / scale}. int4: two numbers a byte, {@code w ≈ q /
 * scale}, or in blocks {@code (q − zero) · scale}. float8: values rounded to float8_e4m3fn under a scale. gptq and awq:
 * {@link Calibrated}. Source: keras/src/quantizers/quantizers.py.
 *
 * @param config the layer's {@code quantization_config}; null where there is none
 */
public record Quantization(Object config) {
    public static final Quantization NONE = new Quantization(null);

    /** The name of a kernel's zero points. */
    public static final String ZERO = "kernel_zero";

    private static final double EPSILON = 1e-7;

    /** Numbers and their scale: {@code x ≈ numbers / scale}. */
    public record Scaled(Value numbers, Value scale) {}

    public static Quantization of(Fields<Quantization> f) {
        return new Quantization(f.rare("quantization_config", FieldType.ANY, Quantization::config));
    }

    public Quantization {
        Map<?, ?> quantizer = quantizer(config);
        if (quantizer != null) {
            boolean plain = "AbsMaxQuantizer".equals(quantizer.get("class_name"))
                    && quantizer.get("config") instanceof Map<?, ?> c
                    && c.get("value_range") instanceof List<?> r
                    && number(r.get(0)) == -127
                    && number(r.get(1)) == 127
                    && number(c.get("epsilon")) == EPSILON
                    && "int8".equals(c.get("output_dtype"));
            if (!plain) {
                throw new UnsupportedModelException(
                        "quantization_config: expected an AbsMaxQuantizer to int8 in [-127, 127] but was " + quantizer);
            }
        }
    }

    private static double number(Object o) {
        return o instanceof Number n ? n.doubleValue() : Double.NaN;
    }

    private static Map<?, ?> quantizer(Object config) {
        return config instanceof Map<?, ?> m
                        && m.get("config") instanceof Map<?, ?> c
                        && c.get("activation_quantizer") instanceof Map<?, ?> q
                ? q
                : null;
    }

    /** The modes that there are for products. */
    public static boolean knows(String mode) {
        return rounds(mode) || mode.equals("float8") || Calibrated.of(mode).isPresent();
    }

    /** The modes that round weights on their own, whatever the layer does with them. */
    public static boolean rounds(String mode) {
        return mode.equals("int8") || mode.equals("int4") || mode.matches("int4/-?\\d+");
    }

    /** Whether GPTQ or AWQ found the numbers. */
    public static boolean isCalibrated(DTypePolicy policy) {
        return Calibrated.of(policy).isPresent();
    }

    /**
     * The zero points of a kernel that Keras 3.15 leaves out of {@code .keras} and {@code .weights.h5} with GPTQ and AWQ: of
     * symmetric GPTQ they are all half of the numbers that there are, others cannot be known.
     */
    public OptionalInt zero(DTypePolicy policy) {
        boolean symmetric = config instanceof Map<?, ?> m
                && "GPTQConfig".equals(m.get("class_name"))
                && m.get("config") instanceof Map<?, ?> c
                && Boolean.TRUE.equals(c.get("symmetric"));
        Optional<Calibrated> calibrated = Calibrated.of(policy).filter(c -> symmetric && !c.awq());
        return calibrated.map(c -> OptionalInt.of(1 << (c.bits() - 1))).orElse(OptionalInt.empty());
    }

    public static boolean isInt4(DTypePolicy policy) {
        return policy.mode().startsWith("int4");
    }

    /** The numbers in a block of int4; -1 for no blocks. */
    public static int block(DTypePolicy policy) {
        String mode = policy.mode();
        return mode.contains("/") ? Integer.parseInt(mode.substring(mode.indexOf('/') + 1)) : -1;
    }

    /**
     * Whether the inputs of a product are quantized too.
     *
     * @param otherwise whether they are where the configuration does not say
     */
    public boolean quantizesInputs(boolean otherwise) {
        return config == null ? otherwise : quantizer(config) != null;
    }

    /**
     * These weights with the first one, a kernel {@code [rows×columns]} in some shape, quantized, and what comes with it.
     *
     * @param scale the shape of an int8 kernel's scale
     */
    public List<Weight> kernel(DTypePolicy policy, Lora lora, List<Weight> plain, int rows, int columns, Shape scale) {
        if (policy.mode().isEmpty()) {
            return lora.adapt("kernel", plain);
        }
        Optional<Calibrated> calibrated = Calibrated.of(policy);
        if (!rounds(policy.mode())) {
            check(lora);
        }
        if (calibrated.isPresent()) {
            return calibrated.get().weights(plain, rows, columns);
        }
        List<Weight> weights = new ArrayList<>(plain);
        if (policy.mode().equals("int8")) {
            weights.set(0, lora.number("kernel", plain.get(0).shape()));
            weights.add(new Weight("kernel_scale", scale, null, false, true));
        } else if (isInt4(policy)) {
            weights.set(0, lora.number("kernel", Shape.of(rows, (columns + 1) / 2)));
            int block = block(policy);
            int groups = block < 0 ? 1 : (rows + block - 1) / block;
            Shape each = block < 0 ? Shape.of(columns) : Shape.of(groups, columns);
            weights.add(new Weight("kernel_scale", each, null, false, true));
            if (block >= 0) {
                weights.add(number(ZERO, each));
                weights.add(new Weight("g_idx", Shape.of(rows), DType.FLOAT32, false, true));
            }
        } else {
            int history = ((Map<?, ?>) policy.quantized().get("config")).get("amax_history_length") instanceof Number n
                    ? n.intValue()
                    : 1024;
            for (String of : List.of("inputs", "kernel", "outputs_grad")) {
                weights.add(new Weight(of + "_scale", Shape.SCALAR, DType.FLOAT32, true, true));
                weights.add(new Weight(of + "_amax_history", Shape.of(history), DType.FLOAT32, true, true));
            }
        }
        weights.addAll(lora.adapters("kernel", plain.get(0).shape()));
        return weights;
    }

    /** Refuses adapters where Keras itself does not compute with them. */
    public static void check(Lora lora) {
        if (lora.rank() != null) {
            throw new UnsupportedModelException(
                    "lora_rank: expected none with quantized weights but was " + lora.rank());
        }
    }

    public static Weight number(String name, Shape shape) {
        return new Weight(name, shape, DType.INT8, false, true);
    }

    /** Training changes scales of float8 by what gradients leave behind, which is not there yet. */
    private static void infer(Call c) {
        if (c.training()) {
            throw new UnsupportedModelException(
                    "float8 weights: expected inference but was training, at " + c.path(),
                    List.of("training of float8 weights"));
        }
    }

    /** {@code y} with the gradient of what it would be without rounding. */
    private static Value straight(Call c, Value y, Value exact) {
        return c.builder().add(new Substitute(), exact, y);
    }

    /** A product of inputs and kernel. */
    public interface Product {
        Value of(Value x, Value kernel);
    }

    /**
     * The product with the quantized kernel.
     *
     * @param axes the axes of x that the product sums over
     * @param kernel the shape of the kernel
     * @param aligned brings a scale of the inputs to the axes of the product
     */
    public Value product(
            Call c, Value input, Shape kernel, int[] axes, UnaryOperator<Value> aligned, Product product, Lora lora) {
        if (c.isDirect()) {
            check(lora);
            return product.of(input, numbers(c, kernel, input.dtype()));
        }
        Value x = c.builder().cast(input, c.policy().compute());
        return lora.add(c, "kernel", product(c, x, kernel, axes, aligned, product), a -> product.of(x, a));
    }

    private Value product(Call c, Value x, Shape kernel, int[] axes, UnaryOperator<Value> aligned, Product product) {
        Builder b = c.builder();
        DType dtype = c.policy().compute();
        if (c.policy().mode().equals("float8")) {
            infer(c);
            return product.of(
                    Float8.rounded(b, x, c.weight("inputs_scale")),
                    Float8.rounded(b, c.weight("kernel"), c.weight("kernel_scale")));
        }
        Optional<Calibrated> calibrated = Calibrated.of(c.policy());
        if (calibrated.isPresent()) {
            return product.of(x, calibrated.get().kernel(c, kernel));
        }
        boolean int8 = c.policy().mode().equals("int8");
        Value numbers =
                int8 ? b.cast(c.rawWeight("kernel"), DType.INT32) : Int4.unpacked(b, c.rawWeight("kernel"), columns(c));
        Value scale = c.weight("kernel_scale");
        if (!int8 && block(c.policy()) >= 0) {
            Value groups = b.cast(c.rawWeight("g_idx"), DType.INT32);
            Value zero = b.gather(b.cast(c.rawWeight(ZERO), dtype), groups, 0);
            Value w = b.times(b.minus(b.cast(numbers, dtype), zero), b.gather(scale, groups, 0));
            return product.of(x, b.reshape(w, kernel.dims()));
        }
        if (!quantizesInputs(int8)) {
            Value w = b.cast(numbers, dtype);
            return int8 ? b.over(product.of(x, w), scale) : product.of(x, b.reshape(b.over(w, scale), kernel.dims()));
        }
        Scaled in = quantized(b, x, axes);
        if (int8) {
            Value sums = b.cast(product.of(in.numbers(), numbers), dtype);
            Value y = b.over(sums, b.times(scale, aligned.apply(in.scale())));
            return straight(c, y, b.over(product.of(x, b.cast(numbers, dtype)), scale));
        }
        Value w = b.reshape(b.over(b.cast(numbers, dtype), scale), kernel.dims());
        Value y = b.over(product.of(b.cast(in.numbers(), dtype), w), aligned.apply(in.scale()));
        return straight(c, y, product.of(x, w));
    }

    /** A kernel as Keras takes it where it calls the layer past its dispatch: its numbers, without their scale. */
    private static Value numbers(Call c, Shape kernel, DType dtype) {
        Builder b = c.builder();
        if (isCalibrated(c.policy())) {
            throw new UnsupportedModelException(
                    "TimeDistributed: expected a layer without quantized weights, or with int8, int4"
                            + " or float8, but was " + c.policy().mode()
                            + ", with which Keras multiplies by a kernel that is not"
                            + " decoded (put the layer into a Sequential), at " + c.path());
        }
        Value numbers = isInt4(c.policy())
                ? b.reshape(Int4.unpacked(b, c.rawWeight("kernel"), columns(c)), kernel.dims())
                : c.weight("kernel");
        return b.cast(numbers, dtype);
    }

    /** The bias as it is added: with float8 rounded to bfloat16, for the sake of GPUs. */
    public static Value bias(Call c) {
        Builder b = c.builder();
        Value bias = c.weight("bias");
        boolean narrow = c.policy().mode().equals("float8") && !c.isDirect() && bias.dtype() == DType.FLOAT32;
        return narrow ? b.cast(b.cast(bias, DType.BFLOAT16), DType.FLOAT32) : bias;
    }

    private static int columns(Call c) {
        return c.rawWeight("kernel_scale").shape().dim(-1);
    }

    /** x as int32 in [-127, 127], the largest along the axes at the end of it. */
    public static Scaled quantized(Builder b, Value x, int[] axes) {
        Value most = b.reduce(Reduce.Fn.MAX, b.unary(Unary.Fn.ABS, x), true, axes);
        Value scale = b.over(b.constant(x.dtype(), 127), b.binary(Binary.Fn.ADD, most, EPSILON));
        Value rounded = b.unary(Unary.Fn.ROUND, b.times(x, scale));
        Value inside = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, rounded, -127), 127);
        return new Scaled(b.cast(inside, DType.INT32), scale);
    }
}
