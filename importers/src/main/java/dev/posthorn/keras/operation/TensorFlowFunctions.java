package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Special;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.custom.Functions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The functions of TensorFlow that Keras 2 wrote as layers, by their names in the module {@code tf}: most are operations
 * of Keras under another name. Source: tensorflow/python/ops, keras 2, layers/core/tf_op_layer.py.
 */
public final class TensorFlowFunctions {
    private static final Map<String, Operation> ALL = all();

    private TensorFlowFunctions() {}

    /** The function of that name below {@code tf}. */
    public static Optional<Operation> find(String function) {
        String name = function.startsWith("compat.v1.") ? function.substring("compat.v1.".length()) : function;
        return Functions.made(name).or(() -> Optional.ofNullable(ALL.get(name)));
    }

    private static Map<String, Operation> all() {
        Map<String, Operation> all = new TreeMap<>();
        all.put("__operators__.add", keras("Add"));
        all.put("__operators__.getitem", of(TensorFlowFunctions::getItem));
        all.put("__operators__.eq", keras("Equal"));
        all.put("__operators__.ne", keras("NotEqual"));
        all.put("__operators__.logical_and", keras("LogicalAnd"));
        all.put("__operators__.logical_or", keras("LogicalOr"));
        all.put("abs", keras("Absolute"));
        all.put("add", keras("Add"));
        all.put("broadcast_to", of(a -> a.b().broadcastTo(a.x(), dims(a, "shape", 1))));
        all.put("cast", keras("Cast"));
        all.put("clip_by_value", keras("Clip", "clip_value_min", "x_min", "clip_value_max", "x_max"));
        all.put("concat", keras("Concatenate"));
        all.put("expand_dims", keras("ExpandDims"));
        all.put("identity", keras("Identity"));
        all.put("image.hsv_to_rgb", keras("HSVToRGB"));
        all.put("image.rgb_to_grayscale", keras("RGBToGrayscale"));
        all.put("image.rgb_to_hsv", keras("RGBToHSV"));
        all.put("linalg.matmul", of(TensorFlowFunctions::matmul));
        all.put("linalg.l2_normalize", of(TensorFlowFunctions::l2Normalize));
        all.put("math.l2_normalize", of(TensorFlowFunctions::l2Normalize));
        all.put("nn.l2_normalize", of(TensorFlowFunctions::l2Normalize));
        all.put("linspace", keras("Linspace"));
        all.put("matmul", of(TensorFlowFunctions::matmul));
        all.put("nn.depth_to_space", keras("DepthToSpace"));
        all.put("nn.leaky_relu", of(TensorFlowFunctions::leakyRelu));
        all.put("nn.log_softmax", lastAxis("LogSoftmax"));
        all.put("nn.relu6", keras("Relu6"));
        all.put("nn.silu", keras("Silu"));
        all.put("nn.softmax", lastAxis("Softmax"));
        all.put("nn.space_to_depth", keras("SpaceToDepth"));
        all.put("nn.swish", keras("Silu"));
        all.put("one_hot", of(TensorFlowFunctions::oneHot));
        all.put("norm", of(TensorFlowFunctions::norm));
        all.put("ones_like", keras("OnesLike"));
        all.put("pad", keras("Pad", "paddings", "pad_width"));
        all.put("pow", keras("Power"));
        all.put("repeat", keras("Repeat"));
        all.put("reshape", of(a -> a.b().reshape(a.x(), dims(a, "shape", 1))));
        all.put("reverse", keras("Flip"));
        all.put("shape", of(a -> a.b().cast(a.b().add(new ShapeOf(), a.x()), a.dtype("out_type", DType.INT32))));
        all.put("signal.overlap_and_add", of(FourierOperations::overlapped));
        all.put("slice", of(TensorFlowFunctions::slice));
        all.put("split", TensorFlowFunctions::split);
        all.put("squeeze", keras("Squeeze"));
        all.put("stack", keras("Stack"));
        all.put("stop_gradient", keras("StopGradient"));
        all.put("tensordot", keras("Tensordot", "b", "x2"));
        all.put("tile", keras("Tile", "multiples", "repeats"));
        all.put("transpose", keras("Transpose", "perm", "axes"));
        all.put("unstack", keras("Unstack"));
        all.put("where", TensorFlowFunctions::where);
        all.put("boolean_mask", of(TensorFlowFunctions::selected));
        all.put("zeros_like", keras("ZerosLike"));
        elementwise(all);
        reductions(all);
        all.putAll(TensorFlowRandoms.ALL);
        TensorFlowPooling.addTo(all);
        TensorFlowConvolutions.addTo(all);
        TensorFlowPictures.addTo(all);
        return Map.copyOf(all);
    }

    /** Functions that stand in {@code tf.math}, some of them in {@code tf} or {@code tf.nn} as well. */
    private static void elementwise(Map<String, Operation> all) {
        TensorFlowMath.FUNCTIONS.forEach((name, operation) -> {
            all.put("math." + name, keras(operation));
            all.putIfAbsent(name, keras(operation));
        });
        for (String name : List.of("divide", "truediv", "math.divide", "math.truediv")) {
            all.put(name, of(TensorFlowFunctions::divide));
        }
        all.put(
                "math.add_n",
                of(a -> a.tensors("inputs", 0).stream().reduce(a.b()::plus).orElseThrow()));
        all.put("math.atan2", of(TensorFlowFunctions::atan2));
        all.put("atan2", of(TensorFlowFunctions::atan2));
        all.put("einsum", of(TensorFlowFunctions::einsum));
        all.put("math.digamma", of(a -> a.b().add(new Special(Special.Fn.DIGAMMA), a.x())));
        all.put("math.lgamma", of(a -> a.b().add(new Special(Special.Fn.LGAMMA), a.x())));
        all.put("rank", of(a -> a.b().constant(DType.INT32, a.x().shape().rank())));
        all.put("math.squared_difference", of(TensorFlowFunctions::squaredDifference));
        List.of("elu", "gelu", "relu", "selu", "sigmoid", "softplus", "softsign", "tanh")
                .forEach(name -> all.put(
                        "nn." + name, keras(name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1))));
    }

    private static void reductions(Map<String, Operation> all) {
        Map<String, String> names = Map.of(
                "all",
                "All",
                "any",
                "Any",
                "logsumexp",
                "Logsumexp",
                "max",
                "Max",
                "mean",
                "Mean",
                "min",
                "Min",
                "prod",
                "Prod",
                "std",
                "Std",
                "sum",
                "Sum",
                "variance",
                "Var");
        names.forEach((name, operation) -> {
            all.put("math.reduce_" + name, keras(operation));
            all.put("reduce_" + name, keras(operation));
        });
        all.put("math.argmax", of(a -> arg(a, "Argmax")));
        all.put("math.argmin", of(a -> arg(a, "Argmin")));
        all.put("argmax", of(a -> arg(a, "Argmax")));
        all.put("argmin", of(a -> arg(a, "Argmin")));
        all.put("math.top_k", keras("TopK", "sorted", "sorted"));
        all.put("nn.moments", keras("Moments"));
    }

    /** The operation of Keras, with some arguments under another name: TensorFlow's, Keras's, and so on. */
    private static Operation keras(String operation, String... renamed) {
        Operation found = KerasOperations.find(operation).orElseThrow();
        return a -> {
            Arguments named = a;
            for (int i = 0; i < renamed.length; i += 2) {
                named = a.option(renamed[i]) == null ? named : named.with(renamed[i + 1], a.option(renamed[i]));
            }
            return found.apply(named);
        };
    }

    private static Operation lastAxis(String operation) {
        return a ->
                KerasOperations.find(operation).orElseThrow().apply(a.option("axis") == null ? a.with("axis", -1) : a);
    }

    /** Without operands, the places at which the condition holds: {@code [n×rank]}. */
    private static List<Value> where(Arguments a) {
        boolean places = a.raw("x", 1) == null && a.raw("y", 2) == null;
        Value condition = a.tensor("condition", 0);
        return places
                ? List.of(a.b().add(new NonZero(), condition))
                : keras("Where", "x", "x1", "y", "x2").apply(a);
    }

    /** {@code tensor[…×m…×…] , mask[m…] → y[n×…]}: the slices at which the mask holds, in their order. */
    private static Value selected(Arguments a) {
        Builder b = a.b();
        Value mask = a.tensor("mask", 1);
        Value x = a.tensor("tensor", 0);
        if (a.integer("axis", 0) != 0) {
            throw a.unsupported("axis " + a.option("axis"));
        }
        Dim[] all = b.dims(x);
        Dim[] flat = Arrays.copyOfRange(all, mask.shape().rank() - 1, all.length);
        flat[0] = Dim.of(-1);
        Value places = b.squeeze(b.add(new NonZero(), b.reshape(mask, -1)), 1);
        return b.gather(b.reshape(x, flat), places, 0);
    }

    /** Integers are divided in float32, those of more than 16 bits in float64. */
    private static Value divide(Arguments a) {
        List<Value> in = a.weak();
        DType dtype = in.get(0).dtype();
        DType to = dtype.isFloating() ? dtype : dtype.bytes() > 2 ? DType.FLOAT64 : DType.FLOAT32;
        return a.b().over(a.b().cast(in.get(0), to), a.b().cast(in.get(1), to));
    }

    private static Value atan2(Arguments a) {
        return KerasOperations.find("Arctan2")
                .orElseThrow()
                .apply(new Arguments(
                        Call.of(a.b(), "tf.atan2", Arrays.asList(a.raw("y", 0), a.raw("x", 1)), Map.of()),
                        "tf.atan2",
                        Map.of()))
                .get(0);
    }

    /** The equation and the operands stand in one list, as the positional arguments of a node do. */
    private static Value einsum(Arguments a) {
        List<?> all = a.call().args().get(0) instanceof List<?> l ? l : a.call().args();
        Call c = Call.of(a.b(), "tf.einsum", all.subList(1, all.size()), Map.of());
        return KerasOperations.find("Einsum")
                .orElseThrow()
                .apply(new Arguments(c, "tf.einsum", Map.of("subscripts", all.get(0))))
                .get(0);
    }

    /** 1 and 0, or other values for what is hot and what is not. */
    private static Value oneHot(Arguments a) {
        Operation plain = keras("OneHot", "depth", "num_classes");
        Object on = a.option("on_value");
        Object off = a.option("off_value");
        if (on == null && off == null) {
            return plain.apply(a).get(0);
        }
        boolean whole = (on == null || on instanceof Integer) && (off == null || off instanceof Integer);
        DType dtype = a.dtype("dtype", whole ? DType.INT32 : DType.FLOAT32);
        Builder b = a.b();
        double high = a.number("on_value", 1);
        double low = a.number("off_value", 0);
        Value hot = plain.apply(a.with("dtype", "bool")).get(0);
        return b.select(hot, b.constant(dtype, high), b.constant(dtype, low));
    }

    private static Value norm(Arguments a) {
        Arguments named = "euclidean".equals(a.option("ord")) ? a.with("ord", null) : a;
        return KerasOperations.find("Norm").orElseThrow().apply(named).get(0);
    }

    private static Value getItem(Arguments a) {
        Object spec = a.option("slice_spec");
        List<Object> keys = new ArrayList<>();
        for (Object key : spec instanceof List<?> l ? l : Collections.singletonList(spec)) {
            boolean slice = key instanceof Map<?, ?> m && m.containsKey("start");
            keys.add(slice ? Map.of("class_name", "__slice__", "config", key) : key);
        }
        return KerasOperations.find("GetItem")
                .orElseThrow()
                .apply(a.with("key", keys))
                .get(0);
    }

    /** A shape whose dimensions may be computed, one by one or all at once. */
    static Dim[] dims(Arguments a, String name, int position) {
        Builder b = a.b();
        Object raw = a.raw(name, position);
        if (raw instanceof List<?> l) {
            return l.stream()
                    .map(o -> o instanceof KerasTensor t
                            ? dim(b, KnownIntegers.of(t.value()), 0, t.value())
                            : Dim.of(((Number) o).intValue()))
                    .toArray(Dim[]::new);
        }
        Value shape = b.cast(a.tensor(name, position), DType.INT32);
        List<Integer> known = KnownIntegers.of(shape);
        Dim[] dims = new Dim[shape.shape().dim(0)];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = dim(b, known, i, b.squeeze(b.slice(shape, 0, i, i + 1), 0));
        }
        return dims;
    }

    private static Dim dim(Builder b, List<Integer> known, int i, Value size) {
        return i < known.size() && known.get(i) != null
                ? Dim.of(known.get(i))
                : new Dim(Shape.UNKNOWN, b.cast(size, DType.INT32));
    }

    private static Value matmul(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("a", 0);
        Value y = a.tensor("b", 1);
        x = a.flag("transpose_a") ? Extents.swapAxes(b, x, -1, -2) : x;
        y = a.flag("transpose_b") ? Extents.swapAxes(b, y, -1, -2) : y;
        return b.matmul(x, y);
    }

    private static Value l2Normalize(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        Value sum = b.reduce(Reduce.Fn.SUM, b.unary(Unary.Fn.SQUARE, x), true, a.axes(x));
        return b.times(x, b.unary(Unary.Fn.RSQRT, b.binary(Binary.Fn.MAX, sum, a.number("epsilon", 1e-12))));
    }

    private static Value leakyRelu(Arguments a) {
        double slope = a.number("alpha", 0.2);
        return KerasOperations.find("LeakyRelu")
                .orElseThrow()
                .apply(a.with("negative_slope", slope))
                .get(0);
    }

    private static Value squaredDifference(Arguments a) {
        List<Value> in = a.weak();
        return a.b().unary(Unary.Fn.SQUARE, a.b().minus(in.get(0), in.get(1)));
    }

    /** TensorFlow counts in int64 and takes the first axis where none is given. */
    private static Value arg(Arguments a, String operation) {
        Arguments at = a.with("axis", a.option("axis") == null ? 0 : a.option("axis"));
        return a.b().cast(
                        KerasOperations.find(operation).orElseThrow().apply(at).get(0),
                        a.dtype("output_type", DType.INT64));
    }

    private static Value slice(Arguments a) {
        Value y = a.tensor("input_", 0);
        List<Integer> begin = a.integers("begin");
        List<Integer> size = a.integers("size");
        for (int i = 0; i < begin.size(); i++) {
            y = a.b().slice(y, i, begin.get(i), size.get(i) == -1 ? Slice.END : begin.get(i) + size.get(i));
        }
        return y;
    }

    private static List<Value> split(Arguments a) {
        List<Integer> sizes = a.integers("num_or_size_splits");
        Object at = sizes.get(0);
        if (a.option("num_or_size_splits") instanceof List<?>) {
            List<Integer> ends = new ArrayList<>();
            int end = 0;
            for (int size : sizes.subList(0, sizes.size() - 1)) {
                end += size;
                ends.add(end);
            }
            at = ends;
        }
        Arguments named =
                a.with("indices_or_sections", at).with("axis", a.option("axis") == null ? 0 : a.option("axis"));
        return KerasOperations.find("Split").orElseThrow().apply(named);
    }
}
