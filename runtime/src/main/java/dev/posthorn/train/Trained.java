package dev.posthorn.train;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Variable;
import dev.posthorn.train.constraint.Constraint;
import dev.posthorn.train.optimizer.Optimizer;
import dev.posthorn.train.optimizer.Parameter;
import dev.posthorn.train.optimizer.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What is trained, and the variables of the optimizer that go with it.
 *
 * @param keys the keys of the trained variables, in the model's order
 * @param parameters the same as the optimizer sees them
 * @param slotTypes the optimizer's variables
 */
record Trained(List<String> keys, List<Parameter> parameters, List<Slot> slotTypes) {
    /**
     * What is trained of a program.
     *
     * @param path the path by which Keras knows a variable
     * @param rates by what the learning rate of a variable is multiplied
     * @param decays which variables decay
     */
    static Trained of(
            TrainableProgram program,
            Optimizer optimizer,
            UnaryOperator<String> path,
            ToDoubleFunction<String> rates,
            Predicate<String> decays) {
        Map<String, Constraint> constraints = program.constraints();
        List<String> keys = new ArrayList<>();
        List<Parameter> parameters = new ArrayList<>();
        for (Variable v : program.variables()) {
            if (v.trainable()) {
                keys.add(v.key());
                parameters.add(new Parameter(
                        v.key().substring(v.key().lastIndexOf('/') + 1),
                        path.apply(v.key()),
                        v.type(),
                        Optional.ofNullable(constraints.get(v.key())),
                        rates.applyAsDouble(v.key()),
                        decays.test(v.key())));
            }
        }
        return new Trained(keys, parameters, optimizer == null ? List.of() : optimizer.slots(parameters));
    }

    List<Value> values(Builder b) {
        return IntStream.range(0, keys.size())
                .mapToObj(i -> b.variable(keys.get(i), parameters.get(i).type()))
                .toList();
    }

    List<String> slotKeys() {
        return IntStream.range(0, slotTypes.size())
                .mapToObj(i -> StepGraph.SLOT + i)
                .toList();
    }

    List<Value> slots(Builder b) {
        return IntStream.range(0, slotTypes.size())
                .mapToObj(i -> b.variable(StepGraph.SLOT + i, slotTypes.get(i).type()))
                .toList();
    }

    /** The optimizer's variables as they begin. */
    Map<String, Tensor> initial(Map<String, Tensor> weights) {
        List<Tensor> values = keys.stream().map(weights::get).toList();
        Map<String, Tensor> slots = new LinkedHashMap<>();
        for (int i = 0; i < slotTypes.size(); i++) {
            slots.put(StepGraph.SLOT + i, slotTypes.get(i).initial(values));
        }
        return slots;
    }
}
