package dev.posthorn.keras;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The compile configuration of a model as a container holds it: {@code compile_config} of an archive, whose objects name
 * their Python modules, or {@code training_config} of an {@code .h5}, whose outermost objects do not and in which the
 * optimizer is {@code optimizer_config}. Source: keras/src/trainers/trainer.py, keras/src/legacy/saving/saving_utils.py.
 */
final class CompileConfiguration {
    private static final Map<String, String> MODULES =
            Map.of("loss", "keras.losses", "metrics", "keras.metrics", "weighted_metrics", "keras.metrics");

    private CompileConfiguration() {}

    private static boolean ofArchive(Map<String, Object> compile) {
        return compile.containsKey("optimizer");
    }

    /** For archives of Keras 3. */
    static Map<String, Object> archive(Map<String, Object> compile) {
        if (compile.isEmpty() || ofArchive(compile)) {
            return compile;
        }
        Map<String, Object> out = new LinkedHashMap<>();
        if (compile.containsKey("optimizer_config")) {
            out.put("optimizer", objects(compile.get("optimizer_config"), o -> named(o, "keras.optimizers")));
        }
        compile.forEach((key, value) -> {
            if (!key.equals("optimizer_config")) {
                String module = MODULES.getOrDefault(key, "");
                out.put(key, module.isEmpty() ? value : objects(value, o -> named(o, module)));
            }
        });
        return out;
    }

    /** For {@code .h5}. */
    static Map<String, Object> h5(Map<String, Object> compile) {
        if (!ofArchive(compile)) {
            return compile;
        }
        Map<String, Object> out = new LinkedHashMap<>();
        compile.forEach((key, value) -> {
            if (!key.equals("optimizer")) {
                out.put(key, MODULES.containsKey(key) ? objects(value, CompileConfiguration::plain) : value);
            }
        });
        out.put("optimizer_config", objects(compile.get("optimizer"), CompileConfiguration::plain));
        return out;
    }

    /** The optimizer's configuration; null where there is none. */
    static Object optimizer(Map<String, Object> compile) {
        return compile.get(ofArchive(compile) ? "optimizer" : "optimizer_config");
    }

    /** The optimizer's name, under which files of weights know it. */
    static String optimizerName(Map<String, Object> compile) {
        return optimizer(compile) instanceof Map<?, ?> o
                        && o.get("config") instanceof Map<?, ?> c
                        && c.get("name") instanceof String name
                ? name
                : "optimizer";
    }

    /** A structure with each of its outermost objects replaced. */
    private static Object objects(Object value, UnaryOperator<Object> replace) {
        if (value instanceof List<?> l) {
            List<Object> out = new ArrayList<>();
            l.forEach(v -> out.add(objects(v, replace)));
            return out;
        }
        if (value instanceof Map<?, ?> m && m.containsKey("class_name")) {
            return replace.apply(m);
        }
        if (value instanceof Map<?, ?> m) {
            Map<Object, Object> out = new LinkedHashMap<>();
            m.forEach((k, v) -> out.put(k, objects(v, replace)));
            return out;
        }
        return value;
    }

    private static Object plain(Object object) {
        Map<?, ?> m = (Map<?, ?>) object;
        boolean registered = m.get("registered_name") instanceof String r && r.contains(">");
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("class_name", registered ? m.get("registered_name") : m.get("class_name"));
        out.put("config", m.get("config"));
        return out;
    }

    /** An object of Keras's module of that name; of no module where its class is registered, {@code package>Class}, as Keras has it. */
    private static Object named(Object object, String module) {
        Map<?, ?> m = (Map<?, ?>) object;
        Object name = m.get("class_name");
        boolean registered = name instanceof String s && s.contains(">");
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("module", registered ? null : module);
        out.put("class_name", registered ? ((String) name).replaceFirst("^.*>", "") : name);
        out.put("config", m.get("config"));
        out.put("registered_name", registered ? name : null);
        return out;
    }
}
