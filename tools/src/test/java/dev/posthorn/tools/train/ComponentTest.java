package dev.posthorn.tools.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.autograd.Gradients;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.Family;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npz;
import dev.posthorn.plan.JavaBackend;
import dev.posthorn.reference.ReferenceBackend;
import dev.posthorn.train.initializer.Initializers;
import dev.posthorn.train.loss.Loss;
import dev.posthorn.train.loss.Losses;
import dev.posthorn.train.metric.Metric;
import dev.posthorn.train.metric.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Losses, metrics and initializers give what Keras gives, over dtypes, ranks, masks and weights. */
class ComponentTest {
    private static final Path FOLDER = Path.of("..", "testdata", "components");
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final FieldType.Context CONTEXT = new FieldType.Context(Dialect.KERAS3, "row");

    /** Options that Keras 3 does not write; so they are written only where they are not as usual. */
    private static final Set<String> LOST = Set.of("axis", "delta", "gain");

    @Test
    void everyRowGivesWhatKerasGave() throws IOException {
        List<Backend> backends = List.of(new ReferenceBackend(), new JavaBackend());
        Map<String, Tensor> data = Npz.read(FOLDER.resolve("rows.npz"));
        List<String> wrong = new ArrayList<>();
        int at = 0;
        for (JsonNode json : table()) {
            for (Backend backend : backends) {
                Row row = new Row(json, data, backend);
                try {
                    row.run();
                } catch (RuntimeException e) {
                    row.wrong.add(e.toString());
                }
                if (!row.wrong.isEmpty()) {
                    wrong.add(at + " " + json.path("config").path("class_name").asText() + " ("
                            + json.path("note").asText() + ") " + backend.name() + ": " + row.wrong.get(0));
                }
            }
            at++;
        }
        if (!wrong.isEmpty()) {
            fail(wrong.size() + " of " + at + " rows differ\n" + String.join("\n", wrong));
        }
    }

    @Test
    void configurationsAreWrittenAsRead() throws IOException {
        Map<String, Family<?>> families =
                Map.of("loss", Losses.ALL, "metric", Metrics.ALL, "initializer", Initializers.ALL);
        for (JsonNode json : table()) {
            cycle(families.get(json.path("kind").asText()), json.path("config"));
        }
    }

    /** Reads, writes, and reads again: what was written holds all that was read, and means the same. */
    private static <T> void cycle(Family<T> family, JsonNode config) {
        boolean newer = config.path("config").path("input_axes").isArray(); // Keras 2 cannot say it
        for (Dialect dialect : newer ? List.of(Dialect.KERAS3) : List.of(Dialect.KERAS3, Dialect.KERAS2)) {
            FieldType.Context context = new FieldType.Context(dialect, "row");
            T read = family.read(map(config), context);
            Map<String, Object> written = family.write(read, context);
            assertEquals(read, family.read(written, context), config.toString());
            if (dialect == Dialect.KERAS3) {
                config.path("config").fieldNames().forEachRemaining(key -> {
                    boolean there = ((Map<?, ?>) written.get("config")).containsKey(key);
                    assertEquals(true, there || LOST.contains(key), key + " of " + config);
                });
            }
        }
    }

    private static JsonNode table() throws IOException {
        return MAPPER.readTree(FOLDER.resolve("rows.json").toFile()).path("rows");
    }

    private static Map<String, Object> map(JsonNode node) {
        return MAPPER.convertValue(node, new TypeReference<Map<String, Object>>() {});
    }

    /** What is left of numbers near 1 in float32 where their sum is 0 in exact arithmetic. */
    private static final double CANCELLED = 5e-7;

    /** One row. */
    private static final class Row {
        private final JsonNode json;
        private final Map<String, Tensor> data;
        private final Backend backend;
        private final List<String> wrong = new ArrayList<>();

        Row(JsonNode json, Map<String, Tensor> data, Backend backend) {
            this.json = json;
            this.data = data;
            this.backend = backend;
        }

        void run() {
            switch (json.path("kind").asText()) {
                case "loss" -> loss(Losses.ALL.read(map(json.path("config")), CONTEXT));
                case "metric" -> metric(Metrics.ALL.read(map(json.path("config")), CONTEXT));
                default -> initializer();
            }
        }

        private boolean has(String name) {
            return json.path("arrays").has(name);
        }

        private Tensor get(String name) {
            JsonNode a = json.path("arrays").path(name);
            DType dtype = DType.ofKeras(a.get(0).asText()).orElseThrow();
            Tensor t = Tensor.zeros(new TensorType(dtype, Shape.of(MAPPER.convertValue(a.get(1), int[].class))));
            Tensor all = data.get(a.get(2).asText());
            for (int i = 0; i < t.size(); i++) {
                t.setDouble(i, all.getDouble(a.get(3).asInt() + i));
            }
            return t;
        }

        private List<Tensor> run(Builder b, List<Value> inputs, List<Tensor> values, List<Value> results) {
            Map<String, Value> outputs = new LinkedHashMap<>();
            results.forEach(r -> outputs.put("out" + outputs.size(), r));
            Variables.Snapshot none = new Variables.Snapshot(0, Map.of());
            return backend.compile(b.graph(inputs, outputs, Map.of()), none).run(values, none);
        }

        /** Inputs of a graph, with their values. */
        private record Inputs(Builder b, List<Value> inputs, List<Tensor> values) {
            Value add(Tensor t) {
                values.add(t);
                inputs.add(b.input("in" + inputs.size(), t.type()));
                return inputs.get(inputs.size() - 1);
            }
        }

        private Optional<Value> optional(Inputs in, String name) {
            return has(name) ? Optional.of(in.add(get(name))) : Optional.empty();
        }

        private void loss(Loss loss) {
            DType dtype = DType.ofKeras(json.path("dtype").asText()).orElseThrow();
            Builder b = new Builder();
            Inputs in = new Inputs(b, new ArrayList<>(), new ArrayList<>());
            Value yTrue = in.add(get("y_true"));
            Value yPred = in.add(get("y_pred").cast(dtype));
            Value value = loss.apply(b, yTrue, yPred, optional(in, "sample_weight"), optional(in, "mask"));
            Value one = b.broadcastTo(b.constant(value.dtype(), 1), b.dims(value));
            Value gradient = Gradients.of(b, List.of(value), List.of(one), List.of(yPred))
                    .get(0)
                    .orElseThrow();
            List<Tensor> out = run(b, in.inputs, in.values, List.of(value, gradient));
            assertEquals(json.path("value").asText(), out.get(0).dtype().keras(), "dtype of the value");
            DType computed = loss.options().dtype() == null
                    ? DType.FLOAT32
                    : loss.options().dtype();
            double relative = Math.max(rounding(computed), rounding(dtype));
            compare("value", get("value"), out.get(0), relative, 0);
            compare("gradient", get("gradient"), out.get(1), relative, CANCELLED);
        }

        private static double rounding(DType dtype) {
            return switch (dtype) {
                case FLOAT64 -> 1e-6; // Keras itself has constants of float32 here and there
                case FLOAT16 -> 4e-3;
                case BFLOAT16 -> 3e-2;
                default -> 1e-5;
            };
        }

        private void metric(Metric metric) {
            List<Tensor> state = metric.state(get("0.y_pred").type()).stream()
                    .map(s -> Tensor.zeros(s.type()))
                    .toList();
            for (int k = 0; k < json.path("batches").asInt(); k++) {
                Builder b = new Builder();
                Inputs in = new Inputs(b, new ArrayList<>(), new ArrayList<>());
                List<Value> before = state.stream().map(in::add).toList();
                Value yPred = in.add(get(k + ".y_pred"));
                Value yTrue = has(k + ".y_true") ? in.add(get(k + ".y_true")) : yPred;
                List<Value> after = metric.update(
                        b, before, yTrue, yPred, optional(in, k + ".sample_weight"), optional(in, k + ".mask"));
                List<Value> results = new ArrayList<>(after);
                results.add(metric.result(b, after));
                List<Tensor> out = run(b, in.inputs, in.values, results);
                state = out.subList(0, after.size());
                compare(k + ".result", get(k + ".result"), out.get(after.size()), 1e-5, CANCELLED);
            }
            for (int j = 0; j < state.size(); j++) {
                compare("state." + j, get("state." + j), state.get(j), 1e-5, CANCELLED);
            }
            if (has("state." + state.size())) {
                wrong.add("expected state " + state.size() + " but was none");
            }
        }

        private void initializer() {
            DType dtype = DType.ofKeras(json.path("dtype").asText()).orElseThrow();
            int[] dims = MAPPER.convertValue(json.path("shape"), int[].class);
            Tensor was = Initializers.ALL
                    .read(map(json.path("config")), CONTEXT)
                    .call(new TensorType(dtype, Shape.of(dims)), 0);
            Tensor expected = get("value");
            String name = json.path("config").path("class_name").asText();
            boolean exact = name.contains("Uniform") || name.equals("Zeros") || name.equals("Ones");
            compare("value", expected, was, exact ? 0 : dtype == DType.FLOAT64 ? 1e-12 : 2e-6, 0);
        }

        /** Relative to the largest of all expected values, and to {@code least}. */
        private void compare(String what, Tensor expected, Tensor given, double relative, double least) {
            if (!expected.shape().equals(given.shape())) {
                wrong.add(what + ": expected " + expected.type() + " but was " + given.type());
                return;
            }
            double scale = Tolerance.scale(expected);
            Tolerance allowed = new Tolerance(0, Math.max(relative * scale, least));
            Comparison c = Comparison.of(expected, given.cast(expected.dtype()), allowed);
            if (!c.passed()) {
                wrong.add(what + ": " + c + " (scale " + scale + ")");
            }
        }
    }
}
