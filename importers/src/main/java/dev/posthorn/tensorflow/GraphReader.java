package dev.posthorn.tensorflow;

import dev.posthorn.ir.Value;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.FunctionDef;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.proto.OpDef;
import dev.posthorn.tensorflow.alias.TfOps;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the nodes of graphs and functions, in order, each by what its op says it is. */
final class GraphReader {
    /** Bounds what functions that call each other can make of a small file. */
    private static final int MOST_NODES = 500_000;

    /** Most functions that are called inside of each other. */
    static final int MOST_DEPTH = 100;

    private final Functions functions;
    private final Resources resources;
    private int nodes;
    private int depth;

    GraphReader(Functions functions, Resources resources) {
        this.functions = functions;
        this.resources = resources;
    }

    Resources resources() {
        return resources;
    }

    Functions functions() {
        return functions;
    }

    /** What a fetch of a graph, {@code node} or {@code node:1}, is once its nodes are read. */
    static TfValue fetched(Map<String, List<TfValue>> values, String fetch) {
        Body.Ref ref = Body.Ref.of(fetch);
        List<TfValue> all = values.getOrDefault(ref.node(), List.of());
        if (ref.index() >= all.size() || ref.index() < 0) {
            throw new ModelFormatException("graph: expected an output but was '" + fetch + "'");
        }
        return all.get(ref.index());
    }

    /**
     * Reads every node that {@code roots} need.
     *
     * @param given the outputs of nodes, or the arguments, that are known already
     * @return the outputs of every node that was read, by its name
     */
    Map<String, List<TfValue>> run(
            Body body,
            Map<String, List<TfValue>> given,
            Collection<String> roots,
            Map<String, AttrValue> attributes,
            Frame frame) {
        Map<String, List<TfValue>> values = new HashMap<>(given);
        String outer = frame.builder().scope();
        Reading reading = new Reading(body, values, attributes, frame, outer);
        reading.nodes(roots);
        return values;
    }

    /** A body while it is read. */
    private final class Reading {
        private final Body body;
        private final Map<String, List<TfValue>> values;
        private final Map<String, AttrValue> attributes;
        private final Frame frame;
        private final String outer;

        Reading(
                Body body,
                Map<String, List<TfValue>> values,
                Map<String, AttrValue> attributes,
                Frame frame,
                String outer) {
            this.body = body;
            this.values = values;
            this.attributes = attributes;
            this.frame = frame;
            this.outer = outer;
        }

        void nodes(Collection<String> roots) {
            for (NodeDef node : body.order(roots, Set.copyOf(values.keySet()))) {
                if (!values.containsKey(node.getName())) {
                    node(node);
                }
            }
        }

        private void node(NodeDef node) {
            if (++nodes > MOST_NODES) {
                throw new ModelFormatException(
                        "graph: expected at most " + MOST_NODES + " nodes but was more, at " + node.getName());
            }
            String where = outer.isEmpty() ? node.getName() : outer + "/" + node.getName();
            List<TfValue> inputs = inputs(node, body, values, where);
            Site site = new Site(node, inputs, frame, new Attributes(node, attributes, where), where, body.name());
            List<TfValue> outputs =
                    frame.builder().named(where, () -> OwnGradient.of(site, read(site, node), body, this::value));
            values.put(node.getName(), outputs);
        }

        /** What a reference to this body is, read now if it was not yet. */
        TfValue value(String reference) {
            Body.Ref ref = Body.Ref.of(reference);
            nodes(List.of(ref.node()));
            return output(ref, body, values, body.name());
        }
    }

    private List<TfValue> read(Site site, NodeDef node) {
        if (functions.contains(node.getOp())) {
            List<TfValue> outputs = call(node.getOp(), site.raws(), node.getAttrMap(), site.frame());
            Optional<String> gradient = functions.ownGradient(node.getOp());
            return gradient.isPresent() ? OwnGradient.ofFunction(site, outputs, gradient.get()) : outputs;
        }
        TfOp op = TfOps.ALL.get(node.getOp());
        if (op == null) {
            throw new UnsupportedModelException(Support.reason(node.getOp()) + ", at " + site.where());
        }
        try {
            return op.read(site);
        } catch (ShapeException e) {
            throw e.at(site.where());
        } catch (ModelFormatException e) {
            throw e.at(site.where());
        } catch (IndexOutOfBoundsException
                | ClassCastException
                | ArithmeticException
                | IllegalArgumentException
                | NegativeArraySizeException e) {
            throw new ModelFormatException(
                    node.getOp() + ": expected a node that makes sense but was another (" + e.getMessage() + "), at "
                            + site.where(),
                    e);
        }
    }

    private List<TfValue> inputs(NodeDef node, Body body, Map<String, List<TfValue>> values, String where) {
        List<TfValue> inputs = new ArrayList<>();
        for (String text : node.getInputList()) {
            Body.Ref ref = Body.Ref.of(text);
            if (!ref.control()) {
                inputs.add(output(ref, body, values, where));
            }
        }
        boolean called = depth == 0 && node.getAttrMap().containsKey("f");
        return called ? resources.bound(node.getAttrOrThrow("f").getFunc().getName(), inputs) : inputs;
    }

    private TfValue output(Body.Ref ref, Body body, Map<String, List<TfValue>> values, String where) {
        List<TfValue> outputs = values.getOrDefault(ref.node(), List.of());
        int at = ref.index();
        if (!ref.argument().isEmpty()) {
            NodeDef producer = body.node(ref.node());
            if (producer == null) {
                throw new ModelFormatException("graph: expected an output of a node but was '" + ref.argument()
                        + "' of the argument '" + ref.node() + "', at " + where);
            }
            Optional<OpDef> function = functions.find(producer.getOp()).map(FunctionDef::getSignature);
            at += OutputNames.offset(
                    producer.getOp(), ref.argument(), function, new Attributes(producer, Map.of(), where), where);
        }
        if (at < 0 || at >= outputs.size()) {
            throw new ModelFormatException("graph: expected one of the " + outputs.size() + " outputs of '" + ref.node()
                    + "' but was " + at + ", at " + where);
        }
        return outputs.get(at);
    }

    /** Reads a function's body into {@code frame}. */
    List<TfValue> call(String name, List<TfValue> arguments, Map<String, AttrValue> attributes, Frame frame) {
        Body body = functions.body(name);
        FunctionDef function = body.function();
        OpDef signature = function.getSignature();
        if (signature.getInputArgCount() != arguments.size()) {
            throw new ModelFormatException("function: expected " + signature.getInputArgCount() + " arguments but was "
                    + arguments.size() + ", at " + name);
        }
        if (depth >= MOST_DEPTH) {
            throw new UnsupportedModelException("function: expected calls at most " + MOST_DEPTH
                    + " deep but was more (functions that call themselves are not supported), at " + name);
        }
        Map<String, List<TfValue>> given = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            given.put(signature.getInputArg(i).getName(), List.of(arguments.get(i)));
        }
        depth++;
        try {
            Map<String, List<TfValue>> values = run(body, given, Support.roots(body), attributes, frame);
            List<TfValue> results = new ArrayList<>();
            for (OpDef.ArgDef out : signature.getOutputArgList()) {
                String ref = function.getRetMap().get(out.getName());
                if (ref == null) {
                    throw new ModelFormatException(
                            "function: expected a result '" + out.getName() + "' but was absent, at " + name);
                }
                results.add(output(Body.Ref.of(ref), body, values, name));
            }
            return results;
        } finally {
            depth--;
        }
    }

    /** The values of tensors, in the order of {@code fetches}. */
    static List<Value> tensors(Map<String, List<TfValue>> values, List<String> fetches, Frame frame) {
        return fetches.stream()
                .map(f -> frame.value(fetched(values, f), "output", f))
                .toList();
    }

    /** The names of the nodes that these references name. */
    static Set<String> names(Collection<String> references) {
        Set<String> names = new LinkedHashSet<>();
        references.forEach(r -> names.add(Body.Ref.of(r).node()));
        return names;
    }
}
