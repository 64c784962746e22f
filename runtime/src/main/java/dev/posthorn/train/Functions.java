package dev.posthorn.train;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Port;
import dev.posthorn.model.Signature;
import dev.posthorn.train.loss.Loss;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes steps as functions, whose targets have the types that the losses ask for. */
final class Functions {
    private Functions() {}

    static StepFunction of(Trainer trainer, Optional<Integer> batch, boolean weighted) throws IOException {
        Signature signature = trainer.program().signatures().get(0);
        List<Port> inputs = new ArrayList<>();
        for (Port p : signature.inputs()) {
            inputs.add(new Port(p.name(), fixed(p.type(), batch)));
        }
        BatchTypes plain = new BatchTypes(inputs.stream().map(Port::type).toList(), List.of(), List.of());
        Steps steps = trainer.steps();
        List<Optional<TensorType>> y = new ArrayList<>();
        List<Optional<Choice<Loss>>> losses = trainer.config()
                .loss()
                .of(signature.outputs().stream().map(Port::name).toList(), "losses");
        for (int i = 0; i < losses.size(); i++) {
            TensorType output = fixed(signature.outputs().get(i).type(), batch);
            y.add(losses.get(i).map(l -> target(l, output)));
            String name =
                    losses.size() == 1 ? "y" : "y_" + signature.outputs().get(i).name();
            y.get(i).ifPresent(t -> inputs.add(new Port(name, t)));
        }
        List<Optional<TensorType>> weights = new ArrayList<>();
        if (weighted) {
            TensorType rows = TensorType.of(DType.FLOAT32, batch.orElse(Shape.UNKNOWN));
            weights.add(Optional.of(rows));
            inputs.add(new Port("sample_weight", rows));
        }
        BatchTypes types = new BatchTypes(plain.x(), y, weights);
        return new StepFunction(steps.function(types), inputs, steps.slots(), steps.slotValues());
    }

    private static TensorType fixed(TensorType t, Optional<Integer> batch) {
        boolean open = t.shape().isRanked() && t.shape().rank() > 0 && t.shape().dim(0) < 0;
        return batch.isPresent() && open ? t.withShape(t.shape().with(0, batch.get())) : t;
    }

    /** What the loss asks for; one that goes by the shapes of the targets takes them like the output. */
    private static TensorType target(Choice<Loss> choice, TensorType output) {
        return OutputLosses.known(choice).map(l -> l.target(output)).orElse(output.withDType(DType.FLOAT32));
    }
}
