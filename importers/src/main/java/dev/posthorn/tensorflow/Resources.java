package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.table.TakeRows;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.tensorflow.bundle.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model has beside its graph: variables, tables, the checkpoint and the files it was saved with. It grows while the
 * model is loaded and does not change afterwards.
 */
public final class Resources {
    /** After a table's key: the state that is its keys. */
    public static final String KEYS = "/keys";

    /** After a table's key: the state that is its values. */
    public static final String VALUES = "/values";

    /** Before the place of a node: the state that counts the random numbers it has drawn. */
    private static final String COUNTER = "@random/";

    private static final long MOST_ASSET_BYTES = 1L << 30;

    private final Optional<Bundle> checkpoint;
    private final Path assets;
    private final Map<String, TensorType> variables = new LinkedHashMap<>();
    private final Map<String, Boolean> trainable = new LinkedHashMap<>();
    private final Map<String, TableType> tables = new LinkedHashMap<>();
    private final Map<String, List<TfValue>> bound = new LinkedHashMap<>();
    private final Map<String, List<Integer>> results = new LinkedHashMap<>();
    private final Map<String, Tensor> contents = new LinkedHashMap<>();
    private final Map<String, List<Bundle.Place>> places = new LinkedHashMap<>();

    /**
     * What a table maps to what; its content is the state {@code key/keys} and {@code key/values}. Stored keys that are
     * {@code unused} are none.
     */
    public record TableType(TensorType key, TensorType value, boolean mutable, List<Tensor> unused) {
        /** No entries: the keys or the values of a table that is empty. */
        private static TensorType rows(TensorType one, int n) {
            return one.withShape(one.shape().insert(0, n));
        }
    }

    Resources(Optional<Bundle> checkpoint, Path assets) {
        this.checkpoint = checkpoint;
        this.assets = assets;
    }

    /** The variables by key, in the order in which they were found. */
    Map<String, TensorType> variables() {
        return variables;
    }

    /** Makes a variable known; the first declaration counts. */
    public void variable(String key, TensorType type) {
        variables.putIfAbsent(key, type);
    }

    /** The variable; where the checkpoint holds a tensor of another type for it, that it cannot be used. */
    TfValue fitting(TfValue.Handle h) {
        TensorType declared = variables.get(h.key());
        Tensor stored = contents.get(h.key());
        boolean fits = stored == null
                || declared.dtype() == stored.dtype() && declared.shape().accepts(stored.shape());
        if (fits) {
            return h;
        }
        variables.remove(h.key());
        contents.remove(h.key());
        return new TfValue.Missing(
                "variable " + h.key() + " " + declared + ", of which the checkpoint holds " + stored.type());
    }

    void trainable(String key, boolean is) {
        trainable.put(key, is);
    }

    boolean isTrainable(String key) {
        return trainable.getOrDefault(key, true) && variables.get(key).dtype().isFloating();
    }

    /** Makes a table known; the first declaration counts. */
    public void table(String key, TableType type) {
        tables.putIfAbsent(key, type);
    }

    public TableType table(String key) {
        TableType t = tables.get(key);
        if (t == null) {
            throw new ModelFormatException("table: expected a table but was '" + key + "'");
        }
        return t;
    }

    Map<String, TableType> tables() {
        return tables;
    }

    /** Says what the last arguments of a function are bound to where the graph calls it. */
    void bind(String function, List<TfValue> last) {
        bound.put(function, List.copyOf(last));
    }

    /** Says which of a function's results, as Python sees them, it gives. */
    void results(String function, List<Integer> present) {
        results.put(function, present);
    }

    /** Which of a function's results, as Python sees them, it gives; empty where nothing is said. */
    Optional<List<Integer>> results(String function) {
        return Optional.ofNullable(results.get(function));
    }

    /** What the last arguments of a function are bound to. */
    List<TfValue> bound(String function) {
        return bound.getOrDefault(function, List.of());
    }

    /** The arguments of a call of {@code function} by the graph. */
    List<TfValue> bound(String function, List<TfValue> arguments) {
        List<TfValue> last = bound(function);
        if (last.isEmpty() || last.size() > arguments.size()) {
            return arguments;
        }
        List<TfValue> all = new ArrayList<>(arguments.subList(0, arguments.size() - last.size()));
        all.addAll(last);
        return all;
    }

    /** The state of the node at {@code place} that draws random numbers. */
    static String counter(String place) {
        return COUNTER + place;
    }

    /** Makes the state of a node that draws random numbers known; it begins at 0. */
    void countAt(String place) {
        variables.put(counter(place), TensorType.of(DType.INT64));
        contents.put(counter(place), Tensor.scalar(DType.INT64, 0));
    }

    /** Whether files hold the state as a variable. */
    boolean isStored(String key) {
        return !isTable(key) && !key.startsWith(COUNTER);
    }

    /** Whether the state is a part of a table. */
    boolean isTable(String key) {
        return key.endsWith(KEYS) && tables.containsKey(key.substring(0, key.length() - KEYS.length()))
                || key.endsWith(VALUES) && tables.containsKey(key.substring(0, key.length() - VALUES.length()));
    }

    /** The value of a state before a call: that of a variable, or what a table was filled with. */
    Value first(Builder b, String key) {
        TensorType type = variables.get(key);
        if (type != null) {
            return b.variable(key, type);
        }
        return b.constant(filled(key)
                .orElseThrow(() -> new ModelFormatException(
                        "state: expected a variable or a filled table but was '" + key + "'")));
    }

    /** What was put into a state; nothing, but rows of none, where it is of a table that may change. */
    private Optional<Tensor> filled(String key) {
        Tensor content = contents.get(key);
        if (content != null || !isTable(key)) {
            return Optional.ofNullable(content);
        }
        TableType type = tables.get(key.substring(0, key.lastIndexOf('/')));
        TensorType one = key.endsWith(KEYS) ? type.key : type.value;
        return type.mutable ? Optional.of(Tensor.zeros(TableType.rows(one, 0))) : Optional.empty();
    }

    /** Fills a table with what the checkpoint holds for it. */
    void restore(String table, Tensor storedKeys, Tensor storedValues) {
        TableType type = table(table);
        int n = storedKeys.size() / Math.max(1, type.key.shape().size());
        Tensor keys = storedKeys.reshape(TableType.rows(type.key, n).shape());
        Tensor values = storedValues.reshape(TableType.rows(type.value, n).shape());
        for (Tensor none : type.unused) {
            List<Tensor> left = new TakeRows().eval(List.of(keys, values, none), List.of());
            keys = left.get(0);
            values = left.get(1);
        }
        contents.put(table + KEYS, keys);
        contents.put(table + VALUES, values);
    }

    /** Makes the content of tables that may change variables: calls change it. */
    void changeTables() {
        tables.forEach((key, type) -> {
            for (String part : type.mutable ? List.of(KEYS, VALUES) : List.<String>of()) {
                contents.put(key + part, filled(key + part).orElseThrow());
                variable(key + part, TableType.rows(part.equals(KEYS) ? type.key : type.value, Shape.UNKNOWN));
            }
        });
    }

    /** What a state holds so far, while the model is loaded. */
    Tensor content(String key) {
        return key.startsWith(COUNTER)
                ? Tensor.scalar(DType.INT64, 0)
                : filled(key)
                        .orElseThrow(() ->
                                new ModelFormatException("state: expected a value but was none yet, at '" + key + "'"));
    }

    /** What variables and tables held when the model was loaded. */
    Map<String, Tensor> contents() {
        return contents;
    }

    /** Says where in the checkpoint a variable lies; it may lie there more than once. */
    public void place(String key, Bundle.Place place) {
        places.computeIfAbsent(key, k -> new ArrayList<>()).add(place);
    }

    /** Where in the checkpoint each variable lies that was restored. */
    Map<String, List<Bundle.Place>> places() {
        return places;
    }

    /** The checkpoint's tensor of that key. */
    public Tensor checkpoint(String key) throws IOException {
        return bundle().read(key);
    }

    public Bundle bundle() {
        return checkpoint.orElseThrow(
                () -> new ModelFormatException("variables: expected a checkpoint but was none, beside " + assets));
    }

    boolean hasCheckpoint() {
        return checkpoint.isPresent();
    }

    /** The bytes of a file the model was saved with, which lies in its folder of assets and nowhere else. */
    public byte[] asset(String name) {
        Path file = assets.resolve(name).normalize();
        if (!file.startsWith(assets.normalize()) || Files.isSymbolicLink(file) || !Files.isRegularFile(file)) {
            throw new ModelFormatException("asset: expected a file in " + assets + " but was '" + name + "'");
        }
        try {
            if (Files.size(file) > MOST_ASSET_BYTES) {
                throw new ModelFormatException(
                        "asset: expected at most 1 GiB but was " + Files.size(file) + " bytes, at " + file);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ModelFormatException("asset: expected a readable file but was not, at " + file, e);
        }
    }
}
