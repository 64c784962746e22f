package dev.posthorn.keras;

import dev.posthorn.hdf5.DraftDataset;
import dev.posthorn.hdf5.DraftGroup;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Where archives and {@code .weights.h5} keep an optimizer's variables: numbered in {@code vars}; and those of optimizers
 * inside of it once more, each in a group of its own. Source: keras/src/optimizers/loss_scale_optimizer.py,
 * multi_optimizer.py.
 */
final class OptimizerGroups {
    /** Variables that optimizers around others have themselves: steps, learning rate; and for scaling two more. */
    private static final int OF_SCALING = 4;

    private static final int OF_MANY = 2;

    private OptimizerGroups() {}

    /** Writes the variables of the optimizer that {@code config} describes, which may be unknown, into its group. */
    static void store(DraftGroup group, Object config, List<Tensor> values) {
        DraftGroup vars = group.group("vars");
        vars.attribute("name", at(config, "config", "name") instanceof String name ? name : "optimizer");
        for (int i = 0; i < values.size(); i++) {
            DraftDataset d = vars.dataset(Integer.toString(i), values.get(i));
            if (values.get(i).dtype() == DType.BFLOAT16) {
                d.attribute("dtype", "bfloat16");
            }
        }
        Object inner = at(config, "config", "inner_optimizer");
        if (inner != null && values.size() >= OF_SCALING) {
            store(group.group("inner_optimizer"), inner, values.subList(OF_SCALING, values.size()));
        }
        List<Object> many = many(config);
        List<List<Tensor>> parts = many.isEmpty() ? List.of() : parts(values.subList(OF_MANY, values.size()));
        if (parts.size() == many.size()) {
            Naming.Unique names = new Naming.Unique();
            for (int i = 0; i < parts.size(); i++) {
                String kind = Naming.snakeCase(String.valueOf(at(many.get(i), "class_name")));
                store(group.group("optimizers/" + names.next(kind)), many.get(i), parts.get(i));
            }
        }
    }

    private static Object at(Object json, String... keys) {
        Object at = json;
        for (String key : keys) {
            at = at instanceof Map<?, ?> m ? m.get(key) : null;
        }
        return at;
    }

    /** The optimizers of one that gives each variable its own, in the order of their variables. */
    private static List<Object> many(Object config) {
        Object map = at(config, "config", "optimizer_map", "config");
        List<Object> all = new ArrayList<>();
        if (at(map, "optimizer_map") instanceof Map<?, ?> m) {
            all.addAll((Collection<?>) m.values());
            all.add(at(map, "default_optimizer"));
        }
        return all;
    }

    /** The variables of optimizers that follow each other: each begins with its number of steps, an integer. */
    private static List<List<Tensor>> parts(List<Tensor> values) {
        List<List<Tensor>> parts = new ArrayList<>();
        for (Tensor t : values) {
            if (parts.isEmpty() || t.dtype() == DType.INT64 && t.shape().rank() == 0) {
                parts.add(new ArrayList<>());
            }
            parts.get(parts.size() - 1).add(t);
        }
        return parts;
    }
}
