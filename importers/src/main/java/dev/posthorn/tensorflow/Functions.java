package dev.posthorn.tensorflow;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.FunctionDef;
import dev.posthorn.proto.FunctionDefLibrary;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The functions of a model by name. */
final class Functions {
    private final Map<String, FunctionDef> functions = new LinkedHashMap<>();
    private final Map<String, String> gradients = new LinkedHashMap<>();
    private final Map<String, String> own = new LinkedHashMap<>();
    private final Map<String, Body> bodies = new LinkedHashMap<>();

    Functions(FunctionDefLibrary library) {
        library.getFunctionList().forEach(f -> functions.put(f.getSignature().getName(), f));
        library.getRegisteredGradientsList().forEach(g -> gradients.put(g.getRegisteredOpType(), g.getGradientFunc()));
        library.getGradientList().forEach(g -> own.put(g.getFunctionName(), g.getGradientFunc()));
    }

    boolean contains(String name) {
        return functions.containsKey(name);
    }

    Optional<FunctionDef> find(String name) {
        return Optional.ofNullable(functions.get(name));
    }

    /** The function of the derivative that was registered under that name. */
    Optional<String> gradient(String type) {
        return Optional.ofNullable(gradients.get(type));
    }

    /** The function of a function's operands and of the derivatives by its results that gives those by its operands. */
    Optional<String> ownGradient(String function) {
        return Optional.ofNullable(own.get(function));
    }

    synchronized Body body(String name) {
        FunctionDef f = functions.get(name);
        if (f == null) {
            throw new ModelFormatException("function: expected a function of the model but was '" + name + "'");
        }
        return bodies.computeIfAbsent(name, n -> Body.of(f));
    }
}
