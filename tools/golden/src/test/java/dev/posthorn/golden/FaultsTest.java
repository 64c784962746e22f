package dev.posthorn.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Variation;
import dev.posthorn.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models of real Keras agree with what Python recorded; and of every kind of fault that is usual, each put into one of them, the layer is
 * found, and the cause is named, and no other.
 */
@Tag("once")
class FaultsTest {
    private static final Tolerances TOLERANCE = Tolerances.RECORDED;

    @TempDir
    static Path folder;

    @BeforeAll
    static void unpack() throws IOException {
        Recorded.unpack(folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "convolutions",
                "dense",
                "lstm",
                "gru",
                "text",
                "masked",
                "resizing",
                "transformer",
                "nested",
                "bidirectional"
            })
    void rightModelsAgree(String name) throws IOException {
        try (Model model = Model.load(folder.resolve(name).resolve("model.keras"))) {
            GoldenReport report = GoldenReport.of(folder.resolve(name), model, TOLERANCE);
            assertTrue(report.passed(), () -> String.join("\n", report.lines(true)));
            assertTrue(report.diagnosis().isEmpty());
            assertTrue(report.trace().orElseThrow().rows().stream()
                    .allMatch(r -> r.error().isPresent() && r.apart().isPresent()));
        }
    }

    private static UnaryOperator<LayerNode> config(String key, Object value) {
        return n -> Variation.with(n, Map.of(key, value));
    }

    private static UnaryOperator<LayerNode> same() {
        return n -> n;
    }

    private interface Weights extends Consumer<Map<String, Tensor>> {}

    private static Tensor moved(Tensor w, IntUnaryOperator from) {
        Tensor to = Tensor.zeros(w.type());
        for (int i = 0; i < to.size(); i++) {
            to.setDouble(i, w.getDouble(from.applyAsInt(i)));
        }
        return to;
    }

    private static Weights move(String key, IntUnaryOperator from) {
        return v -> v.compute(key, (k, w) -> moved(w, from));
    }

    /** As if a weight had been trained further. */
    private static Weights trained(String key) {
        return v -> v.compute(key, (k, w) -> {
            Tensor t = Tensor.zeros(w.type());
            for (int i = 0; i < t.size(); i++) {
                t.setDouble(i, w.getDouble(i) * 1.01 + 0.02);
            }
            return t;
        });
    }

    private static UnaryOperator<LayerNode> policy(String name) {
        return n -> Variation.with(n, DTypePolicy.read(name).orElseThrow());
    }

    private static Weights exchange(String a, String b) {
        return v -> {
            Tensor t = v.get(a);
            v.put(a, v.get(b));
            v.put(b, t);
        };
    }

    private static Weights both(Weights one, Weights other) {
        return v -> {
            one.accept(v);
            other.accept(v);
        };
    }

    /** A kind of fault, in a model; the layer that it is in, and a part of what is to be said. */
    enum Fault {
        EPSILON_OF_BATCH_NORM("convolutions", "norm", config("epsilon", 1e-5), "epsilon: 0.001 agrees"),
        EPSILON_OF_LAYER_NORM("transformer", "norm1", config("epsilon", 1e-3), "epsilon: 1e-6 or "),
        PADDING("resizing", "pool", config("padding", "valid"), "padding: same agrees"),
        KERNEL_TRANSPOSED("dense", "b", move("b/kernel", i -> i % 6 * 6 + i / 6), "kernel transposed: b/kernel"),
        ROWS_AND_COLUMNS(
                "convolutions",
                "first",
                move("first/kernel", i -> (i / 12 % 3 * 3 + i / 36) * 12 + i % 12),
                "kernel transposed: rows and columns of first/kernel"),
        KERNEL_TURNED(
                "convolutions",
                "first",
                move("first/kernel", i -> (8 - i / 12) * 12 + i % 12),
                "kernel turned: first/kernel"),
        ORDER_OF_GATES_LSTM(
                "lstm",
                "first",
                both(
                        both(
                                move("first/lstm_cell/kernel", i -> gate(i, 5, 0, 2, 1, 3)),
                                move("first/lstm_cell/recurrent_kernel", i -> gate(i, 5, 0, 2, 1, 3))),
                        move("first/lstm_cell/bias", i -> gate(i, 5, 0, 2, 1, 3))),
                "order of gates: icfo agrees"),
        ORDER_OF_GATES_GRU(
                "gru",
                "second",
                both(
                        both(
                                move("second/gru_cell/kernel", i -> gate(i, 4, 1, 0, 2)),
                                move("second/gru_cell/recurrent_kernel", i -> gate(i, 4, 1, 0, 2))),
                        move("second/gru_cell/bias", i -> gate(i, 4, 1, 0, 2))),
                "order of gates: rzh agrees"),
        RESET_AFTER("gru", "first", config("reset_after", false), "reset_after: true agrees"),
        HARD_SIGMOID("dense", "b", config("activation", "sigmoid"), "activation: hard_sigmoid agrees"),
        RECURRENT_ACTIVATION(
                "lstm",
                "second",
                config("recurrent_activation", "hard_sigmoid"),
                "recurrent_activation: sigmoid agrees"),
        APPROXIMATE_GELU("approximate", "wide", same(), "activation: gelu by tanh agrees, the model has gelu"),
        HARD_SIGMOID_OF_KERAS_2("old_sigmoid", "gate", same(), "activation: the hard_sigmoid of Keras 1 and 2 agrees"),
        MASK_IGNORED("text", "read", "words", config("mask_zero", true), "a mask is ignored in Python"),
        BATCH_NORM_IN_TRAINING("trained_norm", "norm", same(), "it computes as in training in Python"),
        FLOAT16("convolutions", "mix", policy("mixed_float16"), "dtype policy: float32 agrees"),
        MASK_IGNORED_IN_JAVA(
                "masked",
                "read",
                "words",
                config("mask_zero", false),
                "a mask that is there in Python is ignored in Java"),
        HALF_PIXEL_CENTRES("corners", "to", same(), "half-pixel centres: without them and bilinear agrees"),
        LARGER_HALF_OF_PADDING("front", "half", same(), "padding: same with the larger half in front agrees"),
        BLUE_GREEN_RED("blue", "first", same(), "order of channels: blue, green, red agrees: first/kernel"),
        INTERPOLATION("resizing", "up", config("interpolation", "nearest"), "interpolation: bilinear agrees"),
        INTERPOLATION_OF_RESIZING(
                "resizing", "to", config("interpolation", "bilinear"), "interpolation: bicubic agrees"),
        ORDER_OF_NESTED_WEIGHTS(
                "nested",
                "inner/one",
                both(
                        exchange("inner/one/kernel", "inner/three/kernel"),
                        exchange("inner/one/bias", "inner/three/bias")),
                "order of weights: those of 'inner/three' agree"),
        ORDER_IN_FILES(
                "nested_norms",
                "inner/norm1",
                same(),
                "order of weights of 'inner': filed trained first and read by layer or "),
        ORDER_OF_WEIGHTS(
                "convolutions",
                "norm",
                exchange("norm/gamma", "norm/moving_variance"),
                "order of weights: norm/gamma and norm/moving_variance exchanged"),
        STALE_WEIGHTS("dense", "c", trained("c/kernel"), "stale weights: c/kernel"),
        STALE_MODEL(
                "stale",
                "one",
                same(),
                "stale weights: one/kernel, one/bias are not what was recorded (of all weights"),
        CHANNELS("convolutions", "flat", config("data_format", "channels_first"), "data_format: channels_last agrees"),
        AXIS("transformer", "soft", config("axis", 1), "axis: -1 or 2 agrees"),
        SLOPE("convolutions", "leak", config("negative_slope", 0.3), "negative_slope: 0.1 agrees"),
        BACKWARDS("bidirectional", "back", config("go_backwards", false), "go_backwards: true agrees"),
        MERGE_MODE("bidirectional", "both", config("merge_mode", "ave"), "merge_mode: sum agrees");

        private final String model;
        private final String layer;
        private final String changed;
        private final UnaryOperator<LayerNode> change;
        private final String cause;
        private final Weights weights;

        Fault(String model, String layer, UnaryOperator<LayerNode> change, String cause) {
            this(model, layer, layer, change, cause, v -> {});
        }

        Fault(String model, String layer, String changed, UnaryOperator<LayerNode> change, String cause) {
            this(model, layer, changed, change, cause, v -> {});
        }

        Fault(String model, String layer, Weights weights, String cause) {
            this(model, layer, layer, same(), cause, weights);
        }

        Fault(
                String model,
                String layer,
                String changed,
                UnaryOperator<LayerNode> change,
                String cause,
                Weights weights) {
            this.model = model;
            this.layer = layer;
            this.changed = changed;
            this.change = change;
            this.cause = cause;
            this.weights = weights;
        }

        private static int gate(int i, int units, int... order) {
            int last = units * order.length;
            int column = i % last;
            return i - column + order[column / units] * units + column % units;
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void faultsAreFoundAndNamed(Fault fault) throws IOException {
        Path golden = folder.resolve(fault.model);
        try (Model wrong = Recorded.wrong(golden, fault.changed, fault.change, fault.weights)) {
            LayerTrace trace = LayerTrace.of(Golden.read(golden), wrong, TOLERANCE);
            Diagnosis d = Diagnosis.of(Golden.read(golden), wrong, trace).orElseThrow();
            assertEquals(
                    fault.layer,
                    d.row().orElseThrow().layer().path(),
                    () -> trace.rows().toString());
            assertEquals(1, d.causes().size(), () -> d.causes().toString());
            assertTrue(d.lines().get(1).startsWith("likely cause: " + fault.cause), d.lines()::toString);
        }
    }
}
