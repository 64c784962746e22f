package dev.posthorn.keras;

import dev.posthorn.model.ModelFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * YAML as Python writes it, as the values that JSON has. Tags make nothing but Python's tuples and strings and NumPy's
 * numbers, of their bytes; every other one is an error. What references unfold to is bounded.
 */
final class Yaml {
    private static final int LONGEST = 64 << 20;
    private static final int MOST_VALUES = 2_000_000;
    private static final int DEEPEST = 200;
    private static final String PYTHON = "tag:yaml.org,2002:python/";
    private static final String DTYPE = PYTHON + "object/apply:numpy.dtype";
    private static final List<String> SCALARS = List.of(
            PYTHON + "object/apply:numpy.core.multiarray.scalar",
            PYTHON + "object/apply:numpy._core.multiarray.scalar");
    private static final Set<String> KNOWN =
            Set.of(PYTHON + "tuple", PYTHON + "unicode", PYTHON + "str", DTYPE, SCALARS.get(0), SCALARS.get(1));

    private int values;

    private Yaml() {}

    /** The object that {@code text} holds. */
    static Map<String, Object> object(String text, String where) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setCodePointLimit(LONGEST);
        options.setMaxAliasesForCollections(MOST_VALUES); // what they unfold to is counted below
        options.setNestingDepthLimit(DEEPEST);
        options.setTagInspector(tag -> KNOWN.contains(tag.getValue()));
        try {
            Object value = new org.yaml.snakeyaml.Yaml(new Plain(options)).load(text);
            if (new Yaml().plain(value, 0, where) instanceof Map<?, ?> object) {
                return keyed(object, where);
            }
            throw new ModelFormatException(
                    "configuration: expected a YAML mapping but was " + kind(value) + ", at " + where);
        } catch (YAMLException | ClassCastException e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new ModelFormatException(
                    "configuration: expected plain YAML but was not (" + reason + "), at " + where, e);
        }
    }

    private static String kind(Object value) {
        return value == null ? "nothing" : value instanceof List ? "a sequence" : "a scalar";
    }

    private static Map<String, Object> keyed(Map<?, ?> map, String where) {
        Map<String, Object> out = new LinkedHashMap<>();
        map.forEach((k, v) -> {
            if (!(k instanceof String s)) {
                throw new ModelFormatException(
                        "configuration: expected strings as keys but was " + k + ", at " + where);
            }
            out.put(s, v);
        });
        return out;
    }

    /** A copy without references, of mappings with strings as keys, sequences and scalars. */
    private Object plain(Object value, int depth, String where) {
        if (++values > MOST_VALUES || depth > DEEPEST) {
            throw new ModelFormatException("configuration: expected at most " + MOST_VALUES + " values, " + DEEPEST
                    + " deep, but was more, at " + where);
        }
        if (value instanceof Map<?, ?> m) {
            Map<String, Object> out = keyed(m, where);
            out.replaceAll((k, v) -> plain(v, depth + 1, where));
            return out;
        }
        if (value instanceof List<?> l) {
            List<Object> out = new ArrayList<>();
            l.forEach(v -> out.add(plain(v, depth + 1, where)));
            return Collections.unmodifiableList(out);
        }
        if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        throw new ModelFormatException("configuration: expected plain values but was " + value + ", at " + where);
    }

    /** A number of NumPy: its type, such as i8, and its bytes. */
    private static Object number(List<?> parts) {
        if (parts.size() == 2 && parts.get(0) instanceof String type && parts.get(1) instanceof byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            if (bytes.length == 8 && (type.equals("i8") || type.equals("u8") || type.equals("f8"))) {
                return type.equals("f8") ? (Object) in.getDouble() : (Object) in.getLong();
            }
            if (bytes.length == 4 && (type.equals("i4") || type.equals("f4"))) {
                return type.equals("f4") ? (Object) (double) in.getFloat() : (Object) in.getInt();
            }
            if (bytes.length == 1 && type.equals("b1")) {
                return bytes[0] != 0;
            }
        }
        throw new YAMLException("expected a number of NumPy but was " + parts);
    }

    /** Makes the standard values, Python's tuples and strings, and NumPy's numbers. */
    private static final class Plain extends SafeConstructor {
        Plain(LoaderOptions options) {
            super(options);
            yamlConstructors.put(new Tag(PYTHON + "tuple"), new AbstractConstruct() {
                @Override
                public Object construct(Node node) {
                    return constructSequence((SequenceNode) node);
                }
            });
            yamlConstructors.put(new Tag(DTYPE), new AbstractConstruct() {
                @Override
                public Object construct(Node node) {
                    Object args = constructMapping((MappingNode) node).get("args");
                    return args instanceof List<?> l && !l.isEmpty() ? l.get(0) : args;
                }
            });
            for (String tag : SCALARS) {
                yamlConstructors.put(new Tag(tag), new AbstractConstruct() {
                    @Override
                    public Object construct(Node node) {
                        return number(constructSequence((SequenceNode) node));
                    }
                });
            }
            for (String kind : List.of("unicode", "str")) {
                yamlConstructors.put(new Tag(PYTHON + kind), new AbstractConstruct() {
                    @Override
                    public Object construct(Node node) {
                        return ((ScalarNode) node).getValue();
                    }
                });
            }
        }
    }
}
