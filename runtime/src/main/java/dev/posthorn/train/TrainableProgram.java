package dev.posthorn.train;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Program;
import dev.posthorn.train.constraint.Constraint;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program that can be trained: its variables are known, and which of them training changes. */
public interface TrainableProgram extends Program {
    /** Writes the program into a builder, with inputs of known or unknown shapes; losses of layers included. */
    Forward forward(Builder b, List<Value> inputs, Mode mode);

    /**
     * Whether it is made of layers, which compute otherwise while they are trained, carry masks and add losses. A function that
     * was exported computes what it computes.
     */
    default boolean hasLayers() {
        return true;
    }

    /**
     * The same program with other layers trainable. What is set for a layer holds for all layers inside of it, as in Keras;
     * layers of which nothing is said stay as they are. A layer that is not trainable keeps its weights, and batch
     * normalisation its statistics.
     */
    TrainableProgram withTrainable(Layers layers);

    /** Which layers are to be trainable. */
    interface Layers {
        /** Whether the layer at this path is to be trainable; empty where nothing is said of it. */
        Optional<Boolean> trainable(String path);
    }

    /** The outputs, and the structure in which the model gives them. */
    Outputs outputs();

    /** The constraints of weights, by the weight's key. */
    Map<String, Constraint> constraints();

    /** The path by which Keras knows a variable: that of its key, without models that Keras does not count. */
    String path(String key);

    /** The same once Keras has loaded the model from its file: then it may have built layers without the models around them. */
    default String loadedPath(String key) {
        return path(key);
    }

    /** The name of the model's own dtype policy, {@code mixed_float16}; {@code float32} where its file says none. */
    String policy();

    /** What a file of the model keeps of training. */
    StoredTraining training();

    /** The same program, of whose training a file keeps this. */
    TrainableProgram withTraining(StoredTraining training);
}
