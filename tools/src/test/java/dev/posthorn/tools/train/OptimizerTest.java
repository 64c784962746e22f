package dev.posthorn.tools.train;

import static dev.posthorn.junit.ModelAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npz;
import dev.posthorn.plan.JavaBackend;
import dev.posthorn.reference.ReferenceBackend;
import dev.posthorn.train.constraint.Constraint;
import dev.posthorn.train.constraint.Constraints;
import dev.posthorn.train.optimizer.AdamW;
import dev.posthorn.train.optimizer.Optimizer;
import dev.posthorn.train.optimizer.Optimizers;
import dev.posthorn.train.optimizer.Parameter;
import dev.posthorn.train.optimizer.Rule;
import dev.posthorn.train.optimizer.Slot;
import dev.posthorn.train.optimizer.StoredSlot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every optimizer in every option ends each of ten steps with the variables that Keras ended with. */
class OptimizerTest {
    private static final Path FOLDER = Path.of("..", "testdata", "optimizers");
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int STEPS = 10;

    private static Dialect dialect(JsonNode c) {
        return Dialect.valueOf(c.path("dialect").asText("KERAS3"));
    }

    private static JsonNode table() throws IOException {
        return MAPPER.readTree(FOLDER.resolve("cases.json").toFile());
    }

    @TestFactory
    Stream<DynamicTest> everyStepEndsAsInKeras() throws IOException {
        Map<String, Tensor> arrays = Npz.read(FOLDER.resolve("cases.npz"));
        JsonNode table = table();
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode c : table.path("cases")) {
            for (Backend backend : List.of(new ReferenceBackend(), new JavaBackend())) {
                tests.add(DynamicTest.dynamicTest(
                        c.path("name").asText() + " " + backend.name(),
                        () -> new Replay(c, table.path("variables"), arrays, backend).run()));
            }
        }
        return tests.stream();
    }

    @Test
    void configurationsAreWrittenAsRead() throws IOException {
        for (JsonNode c : table().path("cases")) {
            FieldType.Context context = new FieldType.Context(dialect(c), "optimizer");
            Optimizer optimizer = Optimizers.ALL.read(map(c.path("config")), context);
            assertEquals(optimizer, Optimizers.ALL.read(Optimizers.ALL.write(optimizer, context), context));
            if (dialect(c) != Dialect.KERAS3) {
                continue; // keys of later versions of Keras 2 are written too
            }
            JsonNode written = MAPPER.valueToTree(Optimizers.ALL.write(optimizer, context));
            assertEquals(
                    numbers(c.path("config")), numbers(written), c.path("name").asText());
        }
    }

    @Test
    void everyOptimizerHasACase() throws IOException {
        Set<String> seen = new LinkedHashSet<>();
        table().path("cases")
                .forEach(c -> seen.add(c.path("config").path("class_name").asText()));
        Optimizers.ALL.all().forEach(codec -> assertTrue(seen.contains(codec.name()), codec.name()));
    }

    /** Integers as they are where Keras writes them for numbers. */
    private static Object numbers(JsonNode node) {
        if (node.isNumber()) {
            return node.doubleValue();
        }
        if (node.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            node.fields().forEachRemaining(e -> map.put(e.getKey(), numbers(e.getValue())));
            return map;
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.forEach(e -> list.add(numbers(e)));
            return list;
        }
        return node.asText();
    }

    private static Map<String, Object> map(JsonNode node) {
        return MAPPER.convertValue(node, new TypeReference<Map<String, Object>>() {});
    }

    /** One case. */
    private static final class Replay {
        private final JsonNode json;
        private final Map<String, Tensor> arrays;
        private final Backend backend;
        private final String name;
        private final DType dtype;
        private final Optimizer optimizer;
        private final List<Parameter> parameters = new ArrayList<>();
        private final List<Slot> slots;
        private final List<StoredSlot> stored;

        Replay(JsonNode json, JsonNode variables, Map<String, Tensor> arrays, Backend backend) {
            this.json = json;
            this.arrays = arrays;
            this.backend = backend;
            this.name = json.path("name").asText();
            this.dtype = DType.ofKeras(json.path("dtype").asText()).orElseThrow();
            FieldType.Context context = new FieldType.Context(dialect(json), "optimizer");
            Optimizer read = Optimizers.ALL.read(map(json.path("config")), context);
            this.optimizer = json.has("excluded") ? excluding(read) : read;
            for (JsonNode v : variables) {
                String path = v.path("path").asText();
                int[] dims = MAPPER.convertValue(v.path("shape"), int[].class);
                JsonNode constraint = json.path("constraints").path(path);
                Optional<Constraint> c = constraint.isMissingNode()
                        ? Optional.empty()
                        : Optional.of(Constraints.ALL.read(map(constraint), context));
                parameters.add(new Parameter(
                        path.substring(path.indexOf('/') + 1),
                        path,
                        new TensorType(dtype, Shape.of(dims)),
                        c,
                        1,
                        true));
            }
            this.slots = optimizer.slots(parameters);
            this.stored = optimizer.stored(parameters, dialect(json));
        }

        /** Files do not keep which parameters do not decay. */
        private Optimizer excluding(Optimizer read) {
            Set<String> patterns = new LinkedHashSet<>();
            json.path("excluded").forEach(p -> patterns.add(p.asText()));
            Rule rule = (Rule) read;
            return new AdamW(rule.options().excluding(patterns), 0.9, 0.999, 1e-7, false);
        }

        private boolean lists(String key, Object value) {
            for (JsonNode e : json.path(key)) {
                if (e.asText().equals(String.valueOf(value))) {
                    return true;
                }
            }
            return false;
        }

        void run() {
            slotsAreKeras();
            List<Tensor> values = split(arrays.get("start"), 0, types(parameters));
            List<Tensor> state = new ArrayList<>();
            for (Slot s : slots) {
                state.add(s.initial(values));
            }
            Backend.Executable step = compile(false);
            Variables.Snapshot none = new Variables.Snapshot(0, Map.of());
            for (int k = 0; k < STEPS; k++) {
                List<Tensor> in = new ArrayList<>(values);
                in.addAll(state);
                in.addAll(gradients(k));
                List<Tensor> out = step.run(in, none);
                values = out.subList(0, values.size());
                state = out.subList(values.size(), out.size());
                compare("step " + k + " variables", arrays.get(name + ".w"), k, values);
                compare("step " + k + " slots", arrays.get(name + ".opt"), k, stored(state));
            }
            if (arrays.containsKey(name + ".final")) {
                List<Tensor> in = new ArrayList<>(values);
                in.addAll(state);
                in.addAll(gradients(0));
                List<Tensor> end = compile(true).run(in, none);
                compare("final", arrays.get(name + ".final"), 0, end);
            }
        }

        private <T> List<T> stored(List<T> all) {
            return stored.stream().map(s -> all.get(s.slot())).toList();
        }

        private void slotsAreKeras() {
            JsonNode expected = json.path("optimizer_variables");
            List<Slot> inFile = stored(slots);
            assertEquals(expected.size(), inFile.size(), "number of slots");
            for (int i = 0; i < inFile.size(); i++) {
                JsonNode v = expected.get(i);
                TensorType type = new TensorType(
                        DType.ofKeras(v.path("dtype").asText()).orElseThrow(),
                        Shape.of(MAPPER.convertValue(v.path("shape"), int[].class)));
                assertEquals(type, inFile.get(i).type(), "slot " + i + " " + inFile.get(i));
            }
        }

        private static List<TensorType> types(List<Parameter> parameters) {
            return parameters.stream().map(Parameter::type).toList();
        }

        private Backend.Executable compile(boolean finish) {
            Builder b = new Builder();
            List<Value> inputs = new ArrayList<>();
            List<Value> values = new ArrayList<>();
            List<Value> state = new ArrayList<>();
            List<Optional<Value>> gradients = new ArrayList<>();
            parameters.forEach(p -> values.add(b.input(p.path(), p.type())));
            slots.forEach(s -> state.add(b.input("slot" + state.size(), s.type())));
            inputs.addAll(values);
            inputs.addAll(state);
            for (Parameter p : parameters) {
                boolean sparse = json.has("sparse") && p.path().startsWith("embedding");
                Value g = b.input("d." + p.path(), sparse ? TensorType.of(dtype, 5, 2) : p.type());
                inputs.add(g);
                if (sparse) {
                    Value indices = b.input("indices", TensorType.of(DType.INT32, 5));
                    inputs.add(indices);
                    g = b.add(
                            new ScatterAdd(0),
                            indices,
                            g,
                            b.ints(p.type().shape().dims()));
                }
                gradients.add(lists("missing", p.path()) ? Optional.empty() : Optional.of(g));
            }
            Optimizer.Before before = new Optimizer.Before(parameters, values, gradients, state);
            List<Value> results = new ArrayList<>();
            if (finish) {
                results.addAll(optimizer.finish(b, before));
            } else {
                Optimizer.After after = optimizer.step(b, before);
                results.addAll(after.values());
                results.addAll(after.slots());
            }
            Map<String, Value> outputs = new LinkedHashMap<>();
            results.forEach(r -> outputs.put("out" + outputs.size(), r));
            Graph graph = b.graph(inputs, outputs, Map.of());
            return backend.compile(graph, new Variables.Snapshot(0, Map.of()));
        }

        private List<Tensor> gradients(int k) {
            List<Tensor> given = split(arrays.get("gradients"), k, types(parameters));
            List<Tensor> in = new ArrayList<>();
            for (int i = 0; i < given.size(); i++) {
                String path = parameters.get(i).path();
                if (json.has("sparse") && path.startsWith("embedding")) {
                    in.add(split(arrays.get("values"), k, List.of(TensorType.of(dtype, 5, 2)))
                            .get(0));
                    in.add(split(arrays.get("indices"), k, List.of(TensorType.of(DType.INT32, 5)))
                            .get(0));
                    continue;
                }
                Tensor g = given.get(i);
                for (int j = 0; lists("infinite", k) && path.equals("dense/bias") && j < g.size(); j++) {
                    g.setDouble(j, g.getDouble(j) * Double.POSITIVE_INFINITY);
                }
                in.add(g);
            }
            return in;
        }

        /** Row {@code k}, cut into tensors of these types. */
        private static List<Tensor> split(Tensor all, int k, List<TensorType> types) {
            int row = types.stream().mapToInt(t -> t.shape().size()).sum();
            int at = k * row;
            List<Tensor> parts = new ArrayList<>();
            for (TensorType type : types) {
                Tensor t = Tensor.zeros(type);
                for (int i = 0; i < t.size(); i++) {
                    t.setDouble(i, all.getDouble(at++));
                }
                parts.add(t);
            }
            return parts;
        }

        private void compare(String what, Tensor all, int k, List<Tensor> was) {
            List<Tensor> expected = split(all, k, was.stream().map(Tensor::type).toList());
            double relative = switch (dtype) {
                case FLOAT64 -> 1e-12;
                case FLOAT16 -> 2e-3;
                case BFLOAT16 -> 2e-2;
                default -> 1e-5;
            };
            for (int i = 0; i < was.size(); i++) {
                Tensor e = expected.get(i);
                assertThat(was.get(i)).as(what + " " + i).matches(e).within(Tolerance.ofScale(e, relative));
            }
        }
    }
}
