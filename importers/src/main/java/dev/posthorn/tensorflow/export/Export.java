package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Table;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Program;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.model.Variables;
import dev.posthorn.proto.FunctionDefLibrary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A program as functions of TensorFlow, and what they read and write.
 *
 * @param variables those of the program
 * @param optimizer those of its optimizer, where a function trains
 * @param values the values of all of them, by key
 * @param tables what functions look up
 */
record Export(
        FunctionDefLibrary library,
        List<ExportedFunction> functions,
        List<Variable> variables,
        List<Variable> optimizer,
        Map<String, Tensor> values,
        List<Table> tables) {
    /** Writes the functions; what cannot be written is named in one exception. */
    static Export of(Program program, Variables.Snapshot values, SaveOptions options) throws IOException {
        Training training = options.trainSignature() ? Training.of(program, values, options) : Training.NONE;
        List<Source> sources = new ArrayList<>(List.of(Source.serving(program, options)));
        sources.addAll(training.functions());
        Set<String> stored = program.variables().stream()
                .filter(Variable::stored)
                .map(Variable::key)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        FunctionDefLibrary.Builder library = FunctionDefLibrary.newBuilder();
        Set<String> problems = new TreeSet<>();
        List<ExportedFunction> functions = new ArrayList<>();
        Set<String> used = new LinkedHashSet<>(stored);
        Set<Table> tables = new LinkedHashSet<>();
        for (Source s : sources) {
            ExportedFunction f = ExportedFunction.write(s, stored, options.xla(), library, problems);
            functions.add(f);
            used.addAll(f.variables());
            tables.addAll(f.tables());
        }
        if (!problems.isEmpty()) {
            throw new UnsupportedModelException(
                    "save: expected what TensorFlow's functions have but was " + String.join("; ", problems),
                    List.copyOf(problems));
        }
        Tables.write(List.copyOf(tables), library);
        List<Variable> variables =
                program.variables().stream().filter(v -> used.contains(v.key())).toList();
        Map<String, Tensor> all = new LinkedHashMap<>();
        variables.forEach(v -> all.put(v.key(), values.get(v.key())));
        all.putAll(training.values());
        return new Export(library.build(), functions, variables, training.variables(), all, List.copyOf(tables));
    }

    /** All variables, in the order of the checkpoint. */
    List<Variable> all() {
        List<Variable> all = new ArrayList<>(variables);
        all.addAll(optimizer);
        return all;
    }
}
