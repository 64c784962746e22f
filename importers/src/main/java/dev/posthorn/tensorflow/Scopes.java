package dev.posthorn.tensorflow;

import dev.posthorn.model.Program.Part;
import dev.posthorn.model.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parts of a program of which only variables are known: the scopes of their names, and in them the variables. */
final class Scopes {
    private Scopes() {}

    static List<Part> of(List<Variable> variables) {
        return parts("", variables.stream().filter(Variable::stored).toList());
    }

    private static List<Part> parts(String prefix, List<Variable> variables) {
        Map<String, List<Variable>> scopes = new LinkedHashMap<>();
        for (Variable v : variables) {
            String rest = v.key().substring(prefix.length());
            int slash = rest.indexOf('/', 1); // a name may begin with one
            scopes.computeIfAbsent(slash < 0 ? rest : rest.substring(0, slash), k -> new ArrayList<>())
                    .add(v);
        }
        List<Part> parts = new ArrayList<>();
        scopes.forEach((name, in) -> {
            boolean variable = in.size() == 1 && in.get(0).key().equals(prefix + name);
            parts.add(new Part(
                    name,
                    variable ? "variable" : "scope",
                    variable ? List.of(in.get(0).type()) : List.of(),
                    elements(in),
                    elements(in.stream().filter(Variable::trainable).toList()),
                    in.stream().anyMatch(Variable::trainable),
                    List.of(),
                    variable
                            ? List.of()
                            : parts(
                                    prefix + name + "/",
                                    in.stream()
                                            .filter(v -> v.key().startsWith(prefix + name + "/"))
                                            .toList())));
        });
        return parts;
    }

    private static long elements(List<Variable> variables) {
        return variables.stream()
                .filter(v -> v.type().shape().isKnown())
                .mapToLong(v -> v.type().shape().longSize())
                .sum();
    }
}
