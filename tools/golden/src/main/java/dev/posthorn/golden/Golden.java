package dev.posthorn.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * A folder that {@code posthorn_capture.py} has written: the layers of the first call in the order of computing.
 *
 * @param arrays the arrays of {@code layers.npz}, and {@code in.<i>}, the inputs of the call
 * @param weights what is recorded of each weight, by its key in Python
 */
public record Golden(Path folder, List<Layer> layers, Map<String, Tensor> arrays, Map<String, Sketch> weights) {
    private static final int FORMAT = 1;

    public Golden {
        layers = List.copyOf(layers);
    }

    /**
     * One call of a layer.
     *
     * @param path the names of the layers around it and its own
     * @param call how many calls of it were before
     * @param inputs where the arrays are that it got; empty for those that are not kept
     * @param masks where the masks are that came with them; empty where none did or that is not known
     */
    public record Layer(
            String path,
            String className,
            int call,
            List<Optional<String>> inputs,
            List<Optional<String>> masks,
            List<Output> outputs) {
        /** Its key among the parts of a program. */
        public String key() {
            return call == 0 ? path : path + "@" + call;
        }

        /** The name of one of its outputs among the parts of a program. */
        public String output(int i) {
            return i == 0 ? key() : key() + ":" + i;
        }
    }

    /**
     * What a layer gave.
     *
     * @param array where its array is
     * @param whole whether all of it is kept, or samples
     * @param dtype its dtype in Python, as Keras names it
     * @param mean the mean of all, where it has one
     * @param absmax the largest magnitude of all, infinities aside
     */
    public record Output(String array, boolean whole, Shape shape, String dtype, OptionalDouble mean, double absmax) {}

    /** Some elements of an array and the largest magnitude of all. */
    public record Sketch(double[] samples, double absmax) {}

    /** Whether a folder is of this kind. */
    public static boolean isOne(Path folder) throws IOException {
        Path json = folder.resolve(Case.FILE);
        return Files.exists(json) && JsonFile.read("golden", json).has("golden");
    }

    /** Reads a folder. */
    public static Golden read(Path folder) throws IOException {
        Path file = folder.resolve(Case.FILE);
        if (!Files.exists(file)) {
            throw new ModelFormatException(
                    "golden: expected case.json, as posthorn_capture.py writes it, but was nothing, at " + folder);
        }
        JsonNode json = JsonFile.read("golden", file);
        if (json.path("golden").asInt() != FORMAT) {
            throw new ModelFormatException("golden: expected values of format " + FORMAT + " but was "
                    + json.path("golden").asText("none") + ", at " + file);
        }
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        Npz.read(folder.resolve("expected.npz")).forEach((key, t) -> {
            if (key.startsWith("b0.in.")) {
                arrays.put(key.substring(3), t);
            }
        });
        if (Files.exists(folder.resolve("layers.npz"))) {
            arrays.putAll(Npz.read(folder.resolve("layers.npz")));
        }
        List<Layer> layers = new ArrayList<>();
        for (JsonNode l : json.path("layers")) {
            layers.add(layer(l, layers.size()));
            complete(l, layers.get(layers.size() - 1), arrays, folder);
        }
        Map<String, Sketch> weights = new LinkedHashMap<>();
        for (JsonNode w : json.path("weights")) {
            if (w.has("samples")) {
                double[] samples = IntStream.range(0, w.get("samples").size())
                        .mapToDouble(i -> w.get("samples").get(i).asDouble())
                        .toArray();
                Sketch sketch = new Sketch(samples, w.path("absmax").asDouble());
                weights.put(w.path("key").asText(), sketch);
            }
        }
        return new Golden(folder, layers, arrays, weights);
    }

    /** What is said to be kept must be there. */
    private static void complete(JsonNode json, Layer layer, Map<String, Tensor> arrays, Path folder) {
        for (int i = 0; i < layer.outputs().size(); i++) {
            String key = layer.outputs().get(i).array();
            boolean kept = !json.at("/outputs/" + i + "/kept").asText().equals("statistics");
            if (kept && !arrays.containsKey(key)) {
                throw new ModelFormatException("golden: expected an array '" + key + "' of layer " + layer.key()
                        + " but was none, at " + folder.resolve("layers.npz"));
            }
        }
    }

    private static Layer layer(JsonNode l, int n) {
        List<Output> outputs = new ArrayList<>();
        for (JsonNode o : l.path("outputs")) {
            JsonNode shape = o.path("shape");
            int[] dims = IntStream.range(0, shape.size())
                    .map(i -> shape.get(i).asInt())
                    .toArray();
            outputs.add(new Output(
                    n + "." + outputs.size(),
                    o.path("kept").asText().equals("whole"),
                    Shape.of(dims),
                    o.path("dtype").asText(),
                    o.path("mean").isNumber() ? OptionalDouble.of(o.path("mean").asDouble()) : OptionalDouble.empty(),
                    o.path("absmax").asDouble()));
        }
        return new Layer(
                l.path("path").asText(),
                l.path("class").asText(),
                l.path("call").asInt(),
                texts(l.path("inputs")),
                texts(l.path("masks")),
                outputs);
    }

    private static List<Optional<String>> texts(JsonNode list) {
        List<Optional<String>> all = new ArrayList<>();
        list.forEach(i -> all.add(Optional.ofNullable(i.textValue())));
        return all;
    }

    /** The arrays that a layer got, where all of them are kept whole. */
    public Optional<List<Tensor>> inputs(Layer layer) {
        List<Tensor> all = new ArrayList<>();
        for (Optional<String> key : layer.inputs()) {
            Tensor t = key.map(arrays::get).orElse(null);
            boolean whole = t != null
                    && layers.stream()
                            .flatMap(l -> l.outputs().stream())
                            .filter(o -> o.array().equals(key.get()))
                            .allMatch(Output::whole);
            if (!whole) {
                return Optional.empty();
            }
            all.add(t);
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(all);
    }

    /** The masks that came with what a layer got; none where not each of them had one. */
    public List<Tensor> masks(Layer layer) {
        List<Tensor> all = new ArrayList<>();
        for (Optional<String> key : layer.masks()) {
            Tensor mask = key.map(arrays::get).orElse(null);
            if (mask == null) {
                return List.of();
            }
            all.add(mask.cast(DType.BOOL));
        }
        return all;
    }

    /** What is kept of an output against a tensor, which may be off by a part of the output's scale. */
    public Comparison compare(Output output, Tensor was, double part) {
        Tensor expected = arrays.get(output.array());
        if (expected == null && output.mean().isEmpty()) {
            return Comparison.problem("expected an array '" + output.array() + "' but was none, at " + folder);
        }
        if (!was.shape().equals(output.shape())) {
            return Comparison.problem("expected shape " + output.shape() + " but was " + was.shape());
        }
        Tolerance allowed = new Tolerance(0, part * output.absmax());
        if (expected == null) {
            return statistics(output, was, allowed);
        }
        Tensor like = alike(expected, was) ? was.cast(expected.dtype()) : was;
        if (output.whole() || was.size() == 0) {
            return Comparison.of(expected, like, allowed);
        }
        Comparison some = Comparison.of(expected, samples(like, expected.size()), allowed)
                .within(output.shape(), i -> sample(i, was.size(), expected.size()));
        boolean more = some.passed() && output.mean().isPresent();
        return more && !statistics(output, was, allowed).passed() ? statistics(output, was, allowed) : some;
    }

    /** Mean and largest magnitude. */
    private static Comparison statistics(Output output, Tensor was, Tolerance allowed) {
        double mean = 0;
        double most = 0;
        for (int i = 0; i < was.size(); i++) {
            mean += was.getDouble(i) / was.size();
            most = Math.max(most, Math.abs(was.getDouble(i)));
        }
        Tensor expected = Tensor.of(Shape.of(2), new double[] {output.mean().orElseThrow(), output.absmax()});
        Comparison c = Comparison.of(expected, Tensor.of(Shape.of(2), new double[] {mean, most}), allowed);
        return c.passed() ? c : Comparison.problem("mean and largest magnitude of " + output.shape() + ": " + c);
    }

    /** Whether numbers of both kinds can be compared: Python and Java may differ in how wide they are. */
    private static boolean alike(Tensor a, Tensor b) {
        return a.dtype().isFloating() && b.dtype().isFloating()
                || a.dtype().isInteger() && b.dtype().isInteger()
                || a.dtype().isComplex() && b.dtype().isComplex();
    }

    private static Tensor samples(Tensor t, int n) {
        int[] at = new int[n];
        for (int i = 0; i < n; i++) {
            at[i] = sample(i, t.size(), n);
        }
        return t.dtype() == DType.STRING
                ? Tensor.of(
                        Shape.of(n), Arrays.stream(at).mapToObj(t::getString).toArray(String[]::new))
                : numbers(t, at);
    }

    private static Tensor numbers(Tensor t, int[] at) {
        Tensor some = Tensor.zeros(t.type().withShape(Shape.of(at.length)));
        for (int i = 0; i < at.length; i++) {
            some.setDouble(i, t.getDouble(at[i]));
        }
        return some;
    }

    private static int sample(int i, int size, int samples) {
        return (int) ((long) i * size / samples);
    }

    /** Does something with an expected element and what it was. */
    interface Pairs {
        void accept(double expected, double was);
    }

    /** Goes through the kept elements of an output; false where the tensor cannot be it, or is none of numbers. */
    boolean pairs(Output output, Tensor was, Pairs pairs) {
        Tensor expected = arrays.get(output.array());
        if (was == null || expected == null || !was.shape().equals(output.shape()) || !real(expected) || !real(was)) {
            return false;
        }
        for (int i = 0; i < expected.size(); i++) {
            int at = output.whole() ? i : sample(i, was.size(), expected.size());
            pairs.accept(expected.getDouble(i), was.getDouble(at));
        }
        return true;
    }

    private static boolean real(Tensor t) {
        return t.dtype() != DType.STRING && !t.dtype().isComplex();
    }

    /** {@code |was − expected|}; infinite where one of them alone is no number. */
    static double off(double expected, double was) {
        boolean same = was == expected || Double.isNaN(was) && Double.isNaN(expected);
        double off = same ? 0 : Math.abs(was - expected);
        return Double.isNaN(off) ? Double.POSITIVE_INFINITY : off;
    }

    /** The largest difference between what is kept of an output and a tensor, as a part of the output's scale. */
    public double error(Output output, Tensor was) {
        return was == null ? Double.POSITIVE_INFINITY : error(output, compare(output, was, 0));
    }

    /** The largest difference, as a part of the output's scale; infinite where nothing can be compared. */
    static double error(Output output, Comparison c) {
        if (!c.problem().isEmpty()) {
            return Double.POSITIVE_INFINITY;
        }
        return c.maxAbs() == 0 ? 0 : c.maxAbs() / Math.max(output.absmax(), Double.MIN_NORMAL);
    }
}
