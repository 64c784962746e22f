package dev.posthorn.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The outputs of a model as losses and metrics are told of them. Source: keras/src/trainers/compile_utils.py.
 *
 * @param names what each is called: by its key, or by the layer that makes it, which may make several
 * @param paths where each stands in what the model gives, as keys of maps and indices of lists; of one step, or none, unless
 *     these are nested
 */
public record Outputs(List<String> names, List<List<Object>> paths) {
    public Outputs {
        names = List.copyOf(names);
        paths = List.copyOf(paths);
    }

    /** Whether there are lists or maps inside of others. */
    boolean isNested() {
        return paths.stream().anyMatch(p -> p.size() > 1);
    }

    /** What the loss of an output is called: its name, inside of others after the path to it. */
    String lossName(int output) {
        List<Object> path = paths.get(output);
        if (path.size() < 2) {
            return names.get(output) + "_loss";
        }
        List<Object> named = new ArrayList<>(path);
        if (path.get(path.size() - 1) instanceof Integer) {
            named.set(path.size() - 1, names.get(output));
        }
        return named.stream().map(Object::toString).collect(Collectors.joining("/", "", "_loss"));
    }

    /**
     * What a structure like that of the outputs says of each; empty for nothing. An error where it says something of none.
     *
     * @param isOne whether a part of the structure is what is said of one output
     */
    List<Optional<Object>> flat(Object json, Predicate<Object> isOne, String what) {
        List<Optional<Object>> each =
                paths.stream().map(p -> Optional.ofNullable(at(json, p))).toList();
        long found = each.stream().flatMap(Optional::stream).filter(isOne).count();
        if (found < each.stream().flatMap(Optional::stream).count() || found != count(json, isOne)) {
            throw new IllegalArgumentException(
                    "compile: expected " + what + " for the outputs " + paths + " but was " + json);
        }
        return each;
    }

    private static Object at(Object json, List<Object> path) {
        Object part = json;
        for (Object step : path) {
            if (part instanceof Map<?, ?> m) {
                part = m.get(step);
            } else if (part instanceof List<?> l && step instanceof Integer i && i < l.size()) {
                part = l.get(i);
            } else {
                return null;
            }
        }
        return part;
    }

    private static long count(Object json, Predicate<Object> isOne) {
        if (json == null || isOne.test(json)) {
            return json == null ? 0 : 1;
        }
        return json instanceof Map<?, ?> m
                ? m.values().stream().mapToLong(v -> count(v, isOne)).sum()
                : json instanceof List<?> l
                        ? l.stream().mapToLong(v -> count(v, isOne)).sum()
                        : 1;
    }

    /** The structure of the outputs with these in their places. */
    Object packed(List<?> each) {
        return packed(each, IntStream.range(0, paths.size()).boxed().toList(), 0);
    }

    private Object packed(List<?> each, List<Integer> outputs, int depth) {
        if (paths.get(outputs.get(0)).size() == depth) {
            return each.get(outputs.get(0));
        }
        Map<Object, List<Integer>> parts = new LinkedHashMap<>();
        outputs.forEach(i -> parts.computeIfAbsent(paths.get(i).get(depth), step -> new ArrayList<>())
                .add(i));
        Map<Object, Object> map = new LinkedHashMap<>();
        parts.forEach((step, some) -> map.put(step, packed(each, some, depth + 1)));
        return parts.keySet().iterator().next() instanceof Integer ? new ArrayList<>(map.values()) : map;
    }
}
