package dev.posthorn.train.optimizer;

import dev.posthorn.codec.FieldType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which optimizer is for which parameter: that of the path itself, else the one whose pattern is the whole path, else the
 * default. Source: keras/src/optimizers/multi_optimizer.py.
 */
public record OptimizerMap(Rule defaultOptimizer, List<Entry> entries) {
    /** An optimizer for parameters whose path is this, or of this pattern. */
    public record Entry(String pattern, Rule optimizer) {}

    static final FieldType<OptimizerMap> TYPE =
            new FieldType<>("an OptimizerMap", OptimizerMap::read, OptimizerMap::write, false);

    public OptimizerMap {
        entries = List.copyOf(entries);
    }

    private static OptimizerMap read(Object raw, FieldType.Context c) {
        if (!(raw instanceof Map<?, ?> object)
                || !(object.get("config") instanceof Map<?, ?> config)
                || !(config.get("optimizer_map") instanceof Map<?, ?> map)) {
            throw new UnsupportedModelException(
                    "MultiOptimizer: expected an OptimizerMap but was " + raw + ", at " + c.path());
        }
        List<Entry> entries = new ArrayList<>();
        map.forEach((pattern, optimizer) ->
                entries.add(new Entry(String.valueOf(pattern), rule(optimizer, c.below(String.valueOf(pattern))))));
        return new OptimizerMap(rule(config.get("default_optimizer"), c.below("default_optimizer")), entries);
    }

    private static Rule rule(Object raw, FieldType.Context c) {
        Optimizer o = Optimizers.ALL.read(raw, c);
        if (o instanceof Rule r) {
            return r;
        }
        throw new ModelFormatException("OptimizerMap: expected an optimizer of its own rule but was "
                + o.codec().name() + ", at " + c.path());
    }

    private static Object write(OptimizerMap m, FieldType.Context c) {
        Map<String, Object> map = new LinkedHashMap<>();
        m.entries.forEach(e -> map.put(e.pattern, Optimizers.ALL.write(e.optimizer, c)));
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("default_optimizer", Optimizers.ALL.write(m.defaultOptimizer, c));
        config.put("optimizer_map", map);
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("module", "keras.optimizers");
        object.put("class_name", "OptimizerMap");
        object.put("config", config);
        object.put("registered_name", null);
        return object;
    }

    /** All optimizers in Keras's order: the default is the last. */
    List<Rule> all() {
        List<Rule> all = new ArrayList<>(entries.stream().map(Entry::optimizer).toList());
        all.add(defaultOptimizer);
        return all;
    }

    /** The number of the optimizer for a path. */
    int choose(String path) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).pattern.equals(path)) {
                return i;
            }
            if (Patterns.matches(entries.get(i).pattern, path)) {
                found.add(i);
            }
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException("OptimizerMap: expected one optimizer but was several, at " + path);
        }
        return found.isEmpty() ? entries.size() : found.get(0);
    }
}
