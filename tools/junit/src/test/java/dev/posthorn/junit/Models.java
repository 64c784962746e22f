package dev.posthorn.junit;

import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.Variation;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variables;
import java.io.IOException;
import java.util.Map;

/** The models of golden.zip, also with faults. */
final class Models {
    /** Until the tests end: what files say of training is read when it is asked for. */
    private static final Places PLACES = new Places();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(PLACES::close, "unpacked models"));
    }

    private Models() {}

    static Model load(String name, String backend) throws IOException {
        return Model.load(PLACES.modelIn(PLACES.find(Models.class, name)), backend);
    }

    /** A model of which a layer has another configuration. */
    static Model wrong(String name, String layer, Map<String, ?> config) throws IOException {
        Model right = load(name, "java");
        KerasProgram program = ((KerasProgram) right.program()).withLayer(layer, n -> Variation.with(n, config));
        return Model.of(
                program,
                new Variables(program.variables(), right.variables().snapshot().values()),
                "java");
    }
}
