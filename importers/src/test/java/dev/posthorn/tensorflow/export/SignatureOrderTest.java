package dev.posthorn.tensorflow.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.FunctionDef;
import dev.posthorn.proto.MetaGraphDef;
import dev.posthorn.proto.OpDef;
import dev.posthorn.proto.SavedBareConcreteFunction;
import dev.posthorn.proto.SavedModel;
import dev.posthorn.proto.SavedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Python calls a signature by names and hands its function the values in the order of the names; results come in that order
 * too.
 */
class SignatureOrderTest {
    private static final int OUTPUTS = 12;

    @TempDir
    private Path folder;

    private static String input(String name) {
        return "{'class_name': 'InputLayer', 'name': '" + name + "', 'inbound_nodes': [], 'config': {'name': '" + name
                + "', 'dtype': 'float32', 'batch_shape': [null, 1]}}";
    }

    /** {@code output_0 = zeta − alpha}, of which output_i is i times as much. */
    private static String model() {
        String times = IntStream.range(1, OUTPUTS)
                .mapToObj(i -> ", {'class_name': 'Rescaling', 'name': 'by" + i + "', 'config': {'name': 'by" + i
                        + "', 'scale': " + i + "}, 'inbound_nodes': [[['minus', 0, 0, {}]]]}")
                .collect(Collectors.joining());
        String outputs = IntStream.range(1, OUTPUTS)
                .mapToObj(i -> ", ['by" + i + "', 0, 0]")
                .collect(Collectors.joining("", "[['minus', 0, 0]", "]"));
        return ("{'class_name': 'Functional', 'keras_version': '2.15.0', 'config': {'name': 'm', 'layers': ["
                        + input("zeta") + ", " + input("alpha")
                        + ", {'class_name': 'Subtract', 'name': 'minus', 'config': {'name': 'minus'}, 'inbound_nodes':"
                        + " [[['zeta', 0, 0, {}], ['alpha', 0, 0, {}]]]}" + times
                        + "], 'input_layers': [['zeta', 0, 0], ['alpha', 0, 0]], 'output_layers': " + outputs + "}}")
                .replace('\'', '"');
    }

    private MetaGraphDef saved(Path target) throws IOException {
        Path json = folder.resolve("model.json");
        Files.writeString(json, model());
        try (Model model = Model.load(json)) {
            model.save(target);
        }
        return SavedModel.parseFrom(Files.readAllBytes(target.resolve("saved_model.pb")))
                .getMetaGraphs(0);
    }

    @Test
    void functionsOfSignaturesTakeAndGiveInTheOrderOfNames() throws IOException {
        MetaGraphDef meta = saved(folder.resolve("saved"));
        List<SavedBareConcreteFunction> bare = meta.getObjectGraphDef().getNodesList().stream()
                .filter(SavedObject::hasBareConcreteFunction)
                .map(SavedObject::getBareConcreteFunction)
                .toList();
        assertNotEquals(List.of(), bare);
        for (SavedBareConcreteFunction f : bare) {
            FunctionDef body = meta.getGraphDef().getLibrary().getFunctionList().stream()
                    .filter(d -> d.getSignature().getName().equals(f.getConcreteFunctionName()))
                    .findFirst()
                    .orElseThrow();
            List<String> taken = body.getSignature().getInputArgList().stream()
                    .filter(a -> a.getType() != DataType.DT_RESOURCE)
                    .map(OpDef.ArgDef::getName)
                    .toList();
            assertEquals(List.of("alpha", "zeta"), taken);
            assertEquals(taken, f.getArgumentKeywordsList());
            List<String> given = body.getSignature().getOutputArgList().stream()
                    .map(OpDef.ArgDef::getName)
                    .toList();
            assertEquals(OUTPUTS, given.size());
            assertEquals(given.stream().sorted().toList(), given);
        }
    }

    @Test
    void eachNameStaysWithItsValue() throws IOException {
        Path target = folder.resolve("saved");
        saved(target);
        try (Model model = Model.load(target)) {
            Signature names = model.signature("serving_default");
            Map<String, Tensor> x = Map.of(
                    "zeta", Tensor.of(Shape.of(1, 1), new float[] {5}),
                    "alpha", Tensor.of(Shape.of(1, 1), new float[] {2}));
            List<Tensor> y = model.predict(
                    names.inputs().stream().map(p -> x.get(p.name())).toList());
            for (int i = 0; i < OUTPUTS; i++) {
                String name = names.outputs().get(i).name();
                int times = Integer.parseInt(name.substring("output_".length()));
                assertEquals(3f * Math.max(times, 1), y.get(i).floats()[0], name);
            }
        }
    }
}
