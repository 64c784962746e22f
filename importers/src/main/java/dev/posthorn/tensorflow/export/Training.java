package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.Program;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.model.Variables;
import dev.posthorn.train.StepFunction;
import dev.posthorn.train.TrainableProgram;
import dev.posthorn.train.Trainer;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A program's training step as functions, {@code train} and, with the weights of rows, {@code train_weighted}.
 *
 * @param variables those of the optimizer
 * @param values their values
 */
record Training(List<Source> functions, List<Variable> variables, Map<String, Tensor> values) {
    static final Training NONE = new Training(List.of(), List.of(), Map.of());

    /** The step that the model is compiled for. */
    static Training of(Program program, Variables.Snapshot values, SaveOptions options) throws IOException {
        if (!(program instanceof TrainableProgram)) {
            throw new UnsupportedModelException(
                    "save: expected a model of Keras layers, which can be trained, but was another, at "
                            + program.name());
        }
        Model model = Model.of(program, new Variables(program.variables(), values.values()), "java");
        Trainer trainer = new Trainer(model);
        StepFunction plain = trainer.function(options.batch(), false);
        StepFunction weighted = trainer.function(options.batch(), true);
        return new Training(
                List.of(source("train", plain), source("train_weighted", weighted)), plain.variables(), plain.values());
    }

    private static Source source(String name, StepFunction f) {
        return new Source(
                name,
                List.of(name),
                f.graph(),
                f.inputs(),
                List.copyOf(f.graph().outputs().keySet()));
    }
}
