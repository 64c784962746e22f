package dev.posthorn.keras;

import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.Sequential;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A policy for each layer by its path: the one of exactly that key, else the one whose key as a regular expression matches
 * all of the path, else the default. Constraints: (C1) at most one key matches. Source:
 * keras/src/dtype_policies/dtype_policy_map.py.
 *
 * @param json what the configuration says
 */
record DTypePolicyMap(Map<String, Object> json, DTypePolicy byDefault, Map<String, DTypePolicy> policies) {
    /** How often a key may look at a character of a path: keys of hostile files may be made to search without end. */
    private static final int MOST = 100_000;

    static Optional<DTypePolicyMap> read(Map<String, Object> json, Map<?, ?> config) {
        Optional<DTypePolicy> byDefault = DTypePolicy.read(config.get("default_policy"));
        Map<String, DTypePolicy> policies = new LinkedHashMap<>();
        for (Map.Entry<?, ?> e : ((Map<?, ?>) config.get("policy_map")).entrySet()) {
            Optional<DTypePolicy> policy = DTypePolicy.read(e.getValue());
            if (policy.isEmpty()) {
                return Optional.empty();
            }
            policies.put(String.valueOf(e.getKey()), policy.get());
        }
        return byDefault.map(d -> new DTypePolicyMap(json, d, policies));
    }

    /** The policy of the layer at a path, which Keras makes of names as it builds the layers. */
    DTypePolicy at(String path) {
        if (policies.containsKey(path)) {
            return policies.get(path);
        }
        List<String> matching =
                policies.keySet().stream().filter(key -> matches(key, path)).toList();
        if (matching.size() > 1) { // (C1)
            throw new ModelFormatException(
                    "dtype policy: expected one key that matches but was " + matching + ", at " + path);
        }
        return matching.isEmpty() ? byDefault : policies.get(matching.get(0));
    }

    /** A model whose layers have the policies of their places, now that these are known. */
    static LayerNode placed(LayerNode model) {
        return placed(model, "");
    }

    /** Keras builds what is in a model, and a model that knows its input, before it is put into another one. */
    private static LayerNode placed(LayerNode node, String parent) {
        boolean graph = node.layer() instanceof Functional;
        boolean anew = graph || node.layer() instanceof Sequential s && s.input() != null;
        String path = (anew ? "" : parent) + node.name();
        Layer layer = node.layer().withChildren(n -> placed(n, graph ? "" : path + "/"));
        LayerNode placed = new LayerNode(node.name(), layer, node.policy().at(path), node.trainable(), node.carried());
        boolean model = graph || layer instanceof Sequential;
        return node.policy().place() == null || model ? placed : LayerReader.quantizable(placed);
    }

    private static boolean matches(String key, String path) {
        try {
            return Pattern.compile(key).matcher(new Limited(path, new int[1])).matches();
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw new UnsupportedModelException(
                    "dtype policy: expected a regular expression but was '" + key + "', at " + path);
        }
    }

    /** A text that can be looked at so many times. */
    private record Limited(String text, int[] looks) implements CharSequence {
        @Override
        public char charAt(int i) {
            if (looks[0]++ > MOST) {
                throw new UnsupportedModelException(
                        "dtype policy: expected keys that are matched in short time but was another, at " + text);
            }
            return text.charAt(i);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int from, int to) {
            return new Limited(text.substring(from, to), looks);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
