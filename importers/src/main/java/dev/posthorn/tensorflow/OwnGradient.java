package dev.posthorn.tensorflow;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.CustomGradient;
import dev.posthorn.ir.fn.NoGradient;
import dev.posthorn.ir.fn.Substitute;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The gradient that a node has instead of its op's. A SavedModel holds it as a function of the derivatives by the node's
 * outputs, bound to what the forward pass computed; where it is missing, or not supported, differentiating is an error.
 * Source: tensorflow/python/ops/custom_gradient.py, saved_model/save.py.
 */
final class OwnGradient {
    private static final String ATTRIBUTE = "_gradient_op_type";

    private final Site site;
    private final Body body;
    private final Function<String, TfValue> captured;

    private OwnGradient(Site site, Body body, Function<String, TfValue> captured) {
        this.site = site;
        this.body = body;
        this.captured = captured;
    }

    /**
     * The outputs of a node, differentiated as its attributes say.
     *
     * @param captured what a reference to a tensor of {@code body} is
     */
    static List<TfValue> of(Site site, List<TfValue> outputs, Body body, Function<String, TfValue> captured) {
        boolean call =
                site.attributes().has("f") || site.frame().reader().functions().contains(site.op());
        if (call || !site.attributes().has(ATTRIBUTE)) { // that of a call only names its function's
            return outputs;
        }
        return new OwnGradient(site, body, captured)
                .apply(outputs, site.attributes().string(ATTRIBUTE, ""));
    }

    /**
     * The results of a function of TensorFlow 1 whose gradient is another, {@code (x…, dy…) → dx…}. Source: GradientDef of
     * function.proto.
     */
    static List<TfValue> ofFunction(Site site, List<TfValue> outputs, String gradient) {
        OwnGradient own = new OwnGradient(site, null, null);
        List<Value> ys = tensors(outputs);
        try {
            SubGraph g = site.frame().subGraph();
            List<TfValue> dys = new ArrayList<>();
            ys.forEach(y -> dys.add(new TfValue.Of(g.parameter(y.type()))));
            List<Value> xs = site.raws().stream().map(own::tensor).toList();
            List<TfValue> arguments = new ArrayList<>();
            xs.forEach(x -> arguments.add(g.bring(new TfValue.Of(x))));
            arguments.addAll(dys);
            List<Value> dxs = g.frame().call(gradient, arguments, Map.of()).stream()
                    .map(v -> g.frame().value(v, site.op(), site.where()))
                    .toList();
            List<Value> operands = new ArrayList<>(ys);
            operands.addAll(xs);
            operands.addAll(g.captures());
            List<Integer> to = IntStream.range(0, dxs.size()).boxed().toList();
            return replaced(
                    outputs, site.b().addAll(new CustomGradient(g.graph(dxs), ys.size(), xs.size(), to), operands));
        } catch (UnsupportedModelException e) {
            return own.refusing(outputs, ys, "the gradient '" + gradient + "' (" + e.getMessage() + ")");
        }
    }

    private static List<Value> tensors(List<TfValue> outputs) {
        return outputs.stream()
                .filter(TfValue.Of.class::isInstance)
                .map(v -> ((TfValue.Of) v).value())
                .toList();
    }

    private List<TfValue> apply(List<TfValue> outputs, String type) {
        List<Value> ys = tensors(outputs);
        if (ys.isEmpty()) {
            return outputs;
        }
        boolean passes = type.equals("Identity") && ys.size() == 1 && site.count() == 1;
        if (passes && site.in(0).type().equals(ys.get(0).type())) {
            return replaced(outputs, List.of(site.b().add(new Substitute(), site.in(0), ys.get(0))));
        }
        Optional<String> function = site.frame().reader().functions().gradient(type);
        if (function.isEmpty()) {
            return refusing(outputs, ys, "the gradient '" + type + "', which the file does not hold");
        }
        try {
            return replaced(outputs, differentiated(outputs, ys, function.get()));
        } catch (UnsupportedModelException e) {
            return refusing(outputs, ys, "the gradient '" + type + "' (" + e.getMessage() + ")");
        }
    }

    private List<Value> differentiated(List<TfValue> outputs, List<Value> ys, String function) {
        SubGraph g = site.frame().subGraph();
        List<TfValue> arguments = new ArrayList<>();
        for (TfValue y : outputs) {
            arguments.add(
                    y instanceof TfValue.Of of
                            ? new TfValue.Of(g.parameter(of.value().type()))
                            : new TfValue.Of(Adjoint.zeros(g.frame().builder(), g.bring(tensor(y)))));
        }
        Resources resources = site.frame().resources();
        for (TfValue bound : resources.bound(function)) {
            arguments.add(bound instanceof TfValue.Captured c ? g.bring(captured(c)) : g.bring(bound));
        }
        List<Value> dxs = g.frame().call(function, arguments, Map.of()).stream()
                .map(v -> g.frame().value(v, site.op(), site.where()))
                .toList();
        List<Value> xs = site.raws().stream().map(this::tensor).toList();
        int first = xs.size() - dxs.size();
        List<Integer> to = resources
                .results(function)
                .filter(present -> present.size() == dxs.size())
                .orElseGet(() -> IntStream.range(first, xs.size()).boxed().toList());
        if (first < 0 || to.stream().anyMatch(i -> i >= xs.size())) {
            throw new UnsupportedModelException("gradient: expected derivatives by " + xs.size() + " operands but was "
                    + dxs.size() + ", at " + function);
        }
        List<Value> operands = new ArrayList<>(ys);
        operands.addAll(xs);
        operands.addAll(g.captures());
        return site.b().addAll(new CustomGradient(g.graph(dxs), ys.size(), xs.size(), to), operands);
    }

    private TfValue captured(TfValue.Captured c) {
        if (!c.function().equals(body.name())) {
            throw new UnsupportedModelException("gradient: expected values of '" + body.name() + "' but was one of '"
                    + c.function() + "', at " + c.tensor());
        }
        return captured.apply(c.tensor());
    }

    /** The tensor that stands for an input: of a variable, its value. */
    private Value tensor(TfValue v) {
        return v instanceof TfValue.Handle h
                ? site.frame().state().read(h.key())
                : site.frame().value(v, site.op(), site.where());
    }

    private List<TfValue> refusing(List<TfValue> outputs, List<Value> ys, String what) {
        return replaced(
                outputs,
                ys.stream().map(y -> site.b().add(new NoGradient(what), y)).toList());
    }

    private static List<TfValue> replaced(List<TfValue> outputs, List<Value> ys) {
        List<TfValue> all = new ArrayList<>();
        int at = 0;
        for (TfValue v : outputs) {
            all.add(v instanceof TfValue.Of ? new TfValue.Of(ys.get(at++)) : v);
        }
        return all;
    }
}
