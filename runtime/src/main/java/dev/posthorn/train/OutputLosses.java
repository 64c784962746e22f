package dev.posthorn.train;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.train.loss.Loss;
import dev.posthorn.train.loss.Losses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The losses of a model's outputs: {@code L = Σ weight · loss(y, ŷ)}. Source: keras/src/trainers/compile_utils.py
 * (CompileLoss).
 */
final class OutputLosses {
    private final Outputs outputs;
    private final List<Optional<Choice<Loss>>> losses;
    private final List<Optional<Double>> weights;

    OutputLosses(CompileConfig config, Outputs outputs) {
        this.outputs = outputs;
        this.losses = config.loss().of(outputs.names(), "losses");
        this.weights = config.lossWeights().of(outputs.names(), "loss_weights");
    }

    /** Whether an output has a loss. */
    boolean has(int output) {
        return losses.get(output).isPresent();
    }

    /** The outputs whose losses are reported each by itself: all that have one, where these are several. */
    List<Integer> reported() {
        List<Integer> with = new ArrayList<>();
        for (int i = 0; i < losses.size(); i++) {
            if (has(i)) {
                with.add(i);
            }
        }
        return with.size() > 1 ? with : List.of();
    }

    String name(int output) {
        return outputs.lossName(output);
    }

    /** The loss of one output, without its weight. */
    Value call(Builder b, int output, Heads.Head head) {
        Loss loss = resolved(losses.get(output).orElseThrow(), head);
        return b.cast(loss.apply(b, head.yTrue(), head.yPred(), head.sampleWeight(), head.mask()), DType.FLOAT32);
    }

    /** A loss as it counts in the sum. */
    Value weighted(Builder b, int output, Value loss) {
        return weights.get(output)
                .map(w -> b.times(loss, b.constant(loss.dtype(), w)))
                .orElse(loss);
    }

    /** The loss that was chosen; none where its name means one that depends on the shapes of the targets. */
    static Optional<Loss> known(Choice<Loss> choice) {
        if (choice.object().isPresent()) {
            return choice.object();
        }
        String name = choice.name();
        return name.equalsIgnoreCase("crossentropy") || name.equalsIgnoreCase("ce")
                ? Optional.empty()
                : Optional.of(Losses.ALL.named(name));
    }

    private static Loss resolved(Choice<Loss> choice, Heads.Head head) {
        return known(choice).orElseGet(() -> Losses.ALL.named(head.prefix() + "_crossentropy"));
    }
}
