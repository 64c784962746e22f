package dev.posthorn.tensorflow.export;

import dev.posthorn.model.Variable;
import dev.posthorn.proto.SavedBareConcreteFunction;
import dev.posthorn.proto.SavedConcreteFunction;
import dev.posthorn.proto.SavedFunction;
import dev.posthorn.proto.SavedObject;
import dev.posthorn.proto.SavedObjectGraph;
import dev.posthorn.proto.SavedUserObject;
import dev.posthorn.proto.SavedVariable;
import dev.posthorn.proto.StructuredValue;
import dev.posthorn.proto.TrackableObjectGraph;
import dev.posthorn.proto.TrackableObjectGraph.TrackableObject;
import dev.posthorn.proto.TrackableObjectGraph.TrackableObject.ObjectReference;
import dev.posthorn.proto.VersionDef;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.List;

/**
 * The objects of a SavedModel as Keras exports one: lists of variables, the function {@code serve}, and the signatures; and
 * the same objects as its checkpoint knows them. Source: keras/src/export/saved_model.py.
 */
final class ObjectGraphWriter {
    private static final String VALUE = "VARIABLE_VALUE";

    private final Export export;
    private final List<SavedObject.Builder> objects = new ArrayList<>();
    private final List<Integer> variables = new ArrayList<>();

    ObjectGraphWriter(Export export) {
        this.export = export;
    }

    /** The key of a variable's value in the checkpoint. */
    static String key(int variable) {
        return "variables/" + variable + "/.ATTRIBUTES/" + VALUE;
    }

    private int add(SavedObject.Builder object) {
        objects.add(object);
        return objects.size() - 1;
    }

    private static SavedObject.Builder user(String identifier) {
        return SavedObject.newBuilder()
                .setUserObject(SavedUserObject.newBuilder()
                        .setIdentifier(identifier)
                        .setVersion(VersionDef.newBuilder().setProducer(1).setMinConsumer(1)));
    }

    private void child(int parent, String name, int child) {
        objects.get(parent)
                .addChildren(ObjectReference.newBuilder().setLocalName(name).setNodeId(child));
    }

    SavedObjectGraph write() {
        int root = add(user("_generic_user_object"));
        for (Variable v : export.variables()) {
            variables.add(add(SavedObject.newBuilder()
                    .setVariable(SavedVariable.newBuilder()
                            .setDtype(Protos.dtype(v.type().dtype()))
                            .setShape(Protos.shape(v.type().shape()))
                            .setTrainable(v.trainable())
                            .setName(v.key()))));
        }
        list(root, "variables", true, true);
        list(root, "trainable_variables", true, false);
        list(root, "non_trainable_variables", false, true);
        int serve = add(SavedObject.newBuilder()
                .setFunction(SavedFunction.newBuilder()
                        .addConcreteFunctions(Export.CALL)
                        .setFunctionSpec(Structures.arguments(positional(), List.of(), Structures.tuple(specs())))));
        child(root, "serve", serve);
        int signatures = add(user("signature_map"));
        child(root, "signatures", signatures);
        for (String name : SavedModelWriter.SIGNATURES) {
            child(
                    signatures,
                    name,
                    add(SavedObject.newBuilder()
                            .setBareConcreteFunction(SavedBareConcreteFunction.newBuilder()
                                    .setConcreteFunctionName(Export.SIGNATURE)
                                    .addAllArgumentKeywords(export.inputNames())
                                    .setAllowedPositionalArguments(
                                            export.inputs().size())
                                    .setFunctionSpec(
                                            Structures.arguments(List.of(), export.inputNames(), Structures.NONE)))));
        }
        SavedObjectGraph.Builder graph = SavedObjectGraph.newBuilder();
        objects.forEach(graph::addNodes);
        StructuredValue none = Structures.dict(List.of(), List.of());
        graph.putConcreteFunctions(
                Export.CALL,
                SavedConcreteFunction.newBuilder()
                        .addAllBoundInputs(variables)
                        .setCanonicalizedInputSignature(Structures.tuple(List.of(Structures.tuple(specs()), none)))
                        .setOutputSignature(results())
                        .build());
        graph.putConcreteFunctions(
                Export.SIGNATURE,
                SavedConcreteFunction.newBuilder()
                        .addAllBoundInputs(variables)
                        .setCanonicalizedInputSignature(Structures.tuple(List.of(
                                Structures.tuple(List.of()), Structures.dict(export.inputNames(), export.inputs()))))
                        .setOutputSignature(Structures.dict(export.outputNames(), export.outputs()))
                        .build());
        return graph.build();
    }

    private void list(int root, String name, boolean trainable, boolean others) {
        int list = add(user("trackable_list_wrapper"));
        child(root, name, list);
        int i = 0;
        for (int v = 0; v < variables.size(); v++) {
            boolean member = export.variables().get(v).trainable() ? trainable : others;
            if (member) {
                child(list, Integer.toString(i++), variables.get(v));
            }
        }
    }

    private List<String> positional() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < export.inputs().size(); i++) {
            names.add("args_" + i);
        }
        return names;
    }

    private List<StructuredValue> specs() {
        List<StructuredValue> specs = new ArrayList<>();
        for (int i = 0; i < export.inputs().size(); i++) {
            specs.add(
                    Structures.spec(export.inputNames().get(i), export.inputs().get(i)));
        }
        return specs;
    }

    private StructuredValue results() {
        List<StructuredValue> specs = new ArrayList<>();
        for (int i = 0; i < export.outputs().size(); i++) {
            specs.add(Structures.spec(
                    export.outputNames().get(i), export.outputs().get(i)));
        }
        return specs.size() == 1 ? specs.get(0) : Structures.list(specs);
    }

    /** The same objects as the checkpoint knows them. */
    static TrackableObjectGraph checkpoint(SavedObjectGraph saved) {
        TrackableObjectGraph.Builder graph = TrackableObjectGraph.newBuilder();
        int variable = 0;
        for (SavedObject object : saved.getNodesList()) {
            TrackableObject.Builder node = TrackableObject.newBuilder().addAllChildren(object.getChildrenList());
            if (object.hasVariable()) {
                node.addAttributes(TrackableObject.SerializedTensor.newBuilder()
                        .setName(VALUE)
                        .setFullName(object.getVariable().getName())
                        .setCheckpointKey(key(variable++)));
            }
            graph.addNodes(node);
        }
        return graph.build();
    }
}
