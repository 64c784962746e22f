package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Port;
import dev.posthorn.model.Variable;
import dev.posthorn.proto.SavedBareConcreteFunction;
import dev.posthorn.proto.SavedConcreteFunction;
import dev.posthorn.proto.SavedFunction;
import dev.posthorn.proto.SavedObject;
import dev.posthorn.proto.SavedObjectGraph;
import dev.posthorn.proto.SavedResource;
import dev.posthorn.proto.SavedUserObject;
import dev.posthorn.proto.SavedVariable;
import dev.posthorn.proto.StructuredValue;
import dev.posthorn.proto.TrackableObjectGraph;
import dev.posthorn.proto.TrackableObjectGraph.TrackableObject;
import dev.posthorn.proto.TrackableObjectGraph.TrackableObject.ObjectReference;
import dev.posthorn.proto.VersionDef;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The objects of a SavedModel as Keras exports one: lists of variables, the function {@code serve}, and the signatures; and
 * the same objects as its checkpoint knows them. Source: keras/src/export/saved_model.py.
 */
final class ObjectGraphWriter {
    private static final String VALUE = "VARIABLE_VALUE";

    private final Export export;
    private final List<SavedObject.Builder> objects = new ArrayList<>();
    private final Map<String, Integer> variables = new LinkedHashMap<>();
    private final SavedObjectGraph.Builder graph = SavedObjectGraph.newBuilder();

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
        for (Variable v : export.all()) {
            variables.put(
                    v.key(),
                    add(SavedObject.newBuilder()
                            .setVariable(SavedVariable.newBuilder()
                                    .setDtype(Protos.dtype(v.type().dtype()))
                                    .setShape(Protos.shape(v.type().shape()))
                                    .setTrainable(v.trainable())
                                    .setName(v.key().replace("@", "")))));
        }
        list(root, "variables", v -> true, export.variables());
        list(root, "trainable_variables", Variable::trainable, export.variables());
        list(root, "non_trainable_variables", v -> !v.trainable(), export.variables());
        if (!export.optimizer().isEmpty()) {
            list(root, "optimizer_variables", v -> true, export.optimizer());
        }
        List<Integer> tables = tables(root);
        for (ExportedFunction f : export.functions()) {
            function(root, f, tables);
        }
        int signatures = add(user("signature_map"));
        child(root, "signatures", signatures);
        for (ExportedFunction f : export.functions()) {
            f.signatures().forEach(name -> child(signatures, name, add(named(f))));
        }
        objects.forEach(graph::addNodes);
        return graph.build();
    }

    /** The objects of tables, whose functions make and fill them. */
    private List<Integer> tables(int root) {
        List<Integer> all = new ArrayList<>();
        if (export.tables().isEmpty()) {
            return all;
        }
        int list = add(user("trackable_list_wrapper"));
        child(root, "tables", list);
        for (int i = 0; i < export.tables().size(); i++) {
            int table = add(SavedObject.newBuilder().setResource(SavedResource.getDefaultInstance()));
            child(list, Integer.toString(i), table);
            all.add(table);
            method(table, "_create_resource", Tables.creator(i), List.of(), DType.RESOURCE);
            method(table, "_initialize", Tables.initializer(i), List.of(table), DType.INT32);
        }
        return all;
    }

    /** A function without arguments that gives a scalar. */
    private void method(int object, String name, String function, List<Integer> bound, DType result) {
        StructuredValue none = Structures.dict(List.of(), List.of());
        StructuredValue nothing = Structures.tuple(List.of());
        child(
                object,
                name,
                add(SavedObject.newBuilder()
                        .setFunction(SavedFunction.newBuilder()
                                .addConcreteFunctions(function)
                                .setFunctionSpec(Structures.arguments(List.of(), List.of(), nothing)))));
        graph.putConcreteFunctions(
                function,
                SavedConcreteFunction.newBuilder()
                        .addAllBoundInputs(bound)
                        .setCanonicalizedInputSignature(Structures.tuple(List.of(nothing, none)))
                        .setOutputSignature(Structures.spec("", new Port("", new TensorType(result, Shape.SCALAR))))
                        .build());
    }

    /** A function by position, and what both of its forms are bound to. */
    private void function(int root, ExportedFunction f, List<Integer> tables) {
        List<String> positional =
                IntStream.range(0, f.inputs().size()).mapToObj(i -> "args_" + i).toList();
        StructuredValue specs = Structures.tuple(Structures.specs(f.inputNames(), f.inputs()));
        child(
                root,
                f.name(),
                add(SavedObject.newBuilder()
                        .setFunction(SavedFunction.newBuilder()
                                .addConcreteFunctions(f.call())
                                .setFunctionSpec(Structures.arguments(positional, List.of(), specs)))));
        List<Integer> bound = new ArrayList<>();
        f.variables().forEach(key -> bound.add(variables.get(key)));
        f.tables().forEach(t -> bound.add(tables.get(export.tables().indexOf(t))));
        StructuredValue none = Structures.dict(List.of(), List.of());
        graph.putConcreteFunctions(
                f.call(),
                SavedConcreteFunction.newBuilder()
                        .addAllBoundInputs(bound)
                        .setCanonicalizedInputSignature(Structures.tuple(List.of(specs, none)))
                        .setOutputSignature(results(f))
                        .build());
        graph.putConcreteFunctions(
                f.wrapper(),
                SavedConcreteFunction.newBuilder()
                        .addAllBoundInputs(bound)
                        .setCanonicalizedInputSignature(Structures.tuple(
                                List.of(Structures.tuple(List.of()), Structures.dict(f.inputNames(), f.inputs()))))
                        .setOutputSignature(Structures.dict(f.outputNames(), f.outputs()))
                        .build());
    }

    /** Predictions as Keras gives them; of other functions each result by its name. */
    private static StructuredValue results(ExportedFunction f) {
        if (!f.name().equals(Source.SERVE)) {
            return Structures.dict(f.outputNames(), f.outputs());
        }
        List<StructuredValue> specs = Structures.specs(f.outputNames(), f.outputs());
        return specs.size() == 1 ? specs.get(0) : Structures.list(specs);
    }

    private static SavedObject.Builder named(ExportedFunction f) {
        List<String> names = f.inputOrder().stream().map(f.inputNames()::get).toList();
        return SavedObject.newBuilder()
                .setBareConcreteFunction(SavedBareConcreteFunction.newBuilder()
                        .setConcreteFunctionName(f.wrapper())
                        .addAllArgumentKeywords(names)
                        .setAllowedPositionalArguments(f.inputs().size())
                        .setFunctionSpec(Structures.arguments(List.of(), names, Structures.NONE)));
    }

    private void list(int root, String name, Predicate<Variable> member, List<Variable> all) {
        int list = add(user("trackable_list_wrapper"));
        child(root, name, list);
        int i = 0;
        for (Variable v : all) {
            if (member.test(v)) {
                child(list, Integer.toString(i++), variables.get(v.key()));
            }
        }
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
