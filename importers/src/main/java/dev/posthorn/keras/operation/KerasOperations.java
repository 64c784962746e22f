package dev.posthorn.keras.operation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Every operation there is, by its class name; one line each in the families' files. */
public final class KerasOperations {
    public static final Map<String, Operation> ALL = all();

    private KerasOperations() {}

    private static Map<String, Operation> all() {
        Map<String, Operation> all = new TreeMap<>();
        for (Map<String, Operation> family : List.of(
                ElementwiseOperations.ALL,
                ComparisonOperations.ALL,
                RoundingOperations.ALL,
                SpecialFunctionOperations.ALL,
                ReductionOperations.ALL,
                ShapeOperations.ALL,
                IndexOperations.ALL,
                SliceOperations.ALL,
                MatrixOperations.ALL,
                NeuralOperations.ALL,
                WindowOperations.ALL,
                ImageOperations.ALL,
                FourierOperations.ALL,
                LinearAlgebraOperations.ALL,
                DecompositionOperations.ALL,
                GeometryOperations.ALL,
                StatisticsOperations.ALL,
                CreationOperations.ALL,
                ComplexOperations.ALL,
                SelectionOperations.ALL,
                DiscoveryOperations.ALL)) {
            family.forEach((name, operation) -> {
                if (all.put(name, operation) != null) {
                    throw new IllegalStateException("operations: expected unique names but was " + name + " twice");
                }
            });
        }
        return Map.copyOf(all);
    }

    private static final String FUNCTION = "holds a Python function, which is never run";

    /** Classes that may stand in a file and are not supported, and why. */
    public static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("AssociativeScan", FUNCTION),
            Map.entry("Cond", FUNCTION),
            Map.entry(
                    "Eig",
                    "its eigenvectors are known up to factors that its algorithm alone decides; Eigh is supported"),
            Map.entry("ForiLoop", FUNCTION),
            Map.entry("JVP", FUNCTION),
            Map.entry("Map", FUNCTION),
            Map.entry("Scan", FUNCTION),
            Map.entry("Switch", FUNCTION),
            Map.entry("VectorizedMap", FUNCTION),
            Map.entry("WhileLoop", FUNCTION));

    /** The operation of that class name. */
    public static Optional<Operation> find(String className) {
        return Optional.ofNullable(ALL.get(className));
    }
}
