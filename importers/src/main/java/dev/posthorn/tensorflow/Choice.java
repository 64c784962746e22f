package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Branch;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Reads a choice between functions. One that is known already is read in place. */
final class Choice {
    private final Site site;
    private final List<SubGraph> graphs = new ArrayList<>();
    private final List<List<TfValue>> results = new ArrayList<>();

    private Choice(Site site) {
        this.site = site;
    }

    /** The first branch where the condition holds, else the second. */
    static List<TfValue> readIf(Site site) {
        Value holds = Loop.truth(site.b(), site.in(0));
        List<String> branches = List.of(
                site.attributes().function("then_branch"), site.attributes().function("else_branch"));
        Value index = site.b()
                .select(holds, site.b().constant(DType.INT32, 0), site.b().constant(DType.INT32, 1));
        return new Choice(site).read(index, branches);
    }

    static List<TfValue> readCase(Site site) {
        return new Choice(site).read(site.in(0), site.attributes().functions("branches"));
    }

    private List<TfValue> read(Value index, List<String> branches) {
        List<TfValue> arguments = site.raws().subList(1, site.count());
        if (branches.isEmpty()) {
            throw new ModelFormatException("Case: expected branches but was none, at " + site.where());
        }
        if (index.node().op() instanceof Constant c) {
            int i = c.value().ints()[0];
            int taken = i < 0 || i >= branches.size() ? branches.size() - 1 : i;
            return site.frame().call(branches.get(taken), arguments, Map.of());
        }
        for (String f : branches) {
            SubGraph g = site.frame().subGraph();
            List<TfValue> own = new ArrayList<>();
            for (TfValue v : arguments) {
                boolean reads = v instanceof TfValue.Reference;
                own.add(reads ? new TfValue.Of(g.frame().state().read(((TfValue.Reference) v).key())) : g.bring(v));
            }
            graphs.add(g);
            results.add(g.frame().call(f, own, Map.of()));
        }
        return join(index);
    }

    private List<TfValue> join(Value index) {
        Set<String> changed = new LinkedHashSet<>();
        graphs.forEach(g -> changed.addAll(g.frame().state().changed().keySet()));
        List<List<Value>> flat = new ArrayList<>();
        graphs.forEach(g -> flat.add(new ArrayList<>()));
        int n = results.get(0).size();
        for (int i = 0; i < n; i++) {
            if (results.get(0).get(i) instanceof TfValue.Elements) {
                TensorType row = row(i);
                for (int k = 0; k < graphs.size(); k++) {
                    TfValue.Elements e = (TfValue.Elements) results.get(k).get(i);
                    Builder b = graphs.get(k).frame().builder();
                    Value all = Loop.stacked(b, e, row);
                    flat.get(k).addAll(List.of(e.length(), all));
                    if (isUnlike(i)) {
                        flat.get(k).add(e.sizes(b, all));
                    }
                }
            } else if (results.get(0).get(i) instanceof TfValue.Maybe) {
                optional(i, flat);
            } else if (!(results.get(0).get(i) instanceof TfValue.Nothing)) {
                for (int k = 0; k < graphs.size(); k++) {
                    flat.get(k).add(graphs.get(k).frame().value(results.get(k).get(i), site.op(), site.where()));
                }
            }
        }
        for (int k = 0; k < graphs.size(); k++) {
            for (String key : changed) {
                flat.get(k).add(graphs.get(k).frame().state().read(key));
            }
        }
        List<Value> operands = new ArrayList<>(List.of(index));
        List<Graph> bodies = new ArrayList<>();
        for (int k = 0; k < graphs.size(); k++) {
            bodies.add(graphs.get(k).graph(flat.get(k)));
            operands.addAll(graphs.get(k).captures());
        }
        List<Value> out = flat.get(0).isEmpty() ? List.of() : site.b().addAll(new Branch(bodies), operands);
        return unflatten(out, n, changed);
    }

    /** Whether elements of list {@code i} may differ in shape. */
    private boolean isUnlike(int i) {
        return results.stream().anyMatch(r -> ((TfValue.Elements) r.get(i)).sizes() != null);
    }

    /** The type of an element of list {@code i}: what all branches know of it where elements may differ, else what any knows. */
    private TensorType row(int i) {
        return results.stream()
                .map(r -> ((TfValue.Elements) r.get(i)).element())
                .reduce((a, b) -> a.withShape(
                        isUnlike(i) && a.shape().isRanked() && b.shape().isRanked()
                                ? Shape.join(a.shape(), b.shape())
                                : Shape.merge(a.shape(), b.shape())))
                .orElseThrow();
    }

    /** Of an optional, whether it holds anything, and what; zeros where a branch holds nothing. */
    private void optional(int i, List<List<Value>> flat) {
        List<TfValue.Maybe> all =
                results.stream().map(r -> (TfValue.Maybe) r.get(i)).toList();
        List<TensorType> types = held(i);
        for (int k = 0; k < graphs.size(); k++) {
            Frame frame = graphs.get(k).frame();
            flat.get(k).add(all.get(k).holds());
            for (int c = 0; c < types.size(); c++) {
                List<TfValue> held = all.get(k).held();
                flat.get(k)
                        .add(
                                held == null
                                        ? zeros(frame.builder(), types.get(c))
                                        : frame.value(held.get(c), site.op(), site.where()));
            }
        }
    }

    /** The types of what optional {@code i} holds in the first branch in which it holds anything. */
    private List<TensorType> held(int i) {
        for (int k = 0; k < graphs.size(); k++) {
            List<TfValue> held = ((TfValue.Maybe) results.get(k).get(i)).held();
            if (held != null) {
                Frame frame = graphs.get(k).frame();
                return held.stream()
                        .map(v -> frame.value(v, site.op(), site.where()).type())
                        .toList();
            }
        }
        return List.of();
    }

    private static Value zeros(Builder b, TensorType type) {
        int[] dims = type.shape().isRanked() ? type.shape().dims() : new int[0];
        return b.constant(Tensor.zeros(type.withShape(
                Shape.of(IntStream.of(dims).map(d -> Math.max(d, 0)).toArray()))));
    }

    private List<TfValue> unflatten(List<Value> out, int n, Set<String> changed) {
        List<TfValue> all = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < n; i++) {
            TfValue first = results.get(0).get(i);
            if (first instanceof TfValue.Elements e) {
                boolean unlike = isUnlike(i);
                all.add(
                        unlike
                                ? new TfValue.Elements(row(i), out.get(at), out.get(at + 1), out.get(at + 2))
                                : new TfValue.Elements(e.element(), out.get(at), null).with(out.get(at + 1)));
                at += unlike ? 3 : 2;
            } else if (first instanceof TfValue.Maybe) {
                int n0 = held(i).size();
                List<TfValue> held = TfValue.of(out.subList(at + 1, at + 1 + n0));
                all.add(new TfValue.Maybe(n0 == 0 ? null : held, out.get(at)));
                at += 1 + n0;
            } else if (first instanceof TfValue.Nothing) {
                all.add(first);
            } else {
                all.add(new TfValue.Of(out.get(at++)));
            }
        }
        for (String key : changed) {
            site.frame().state().assign(key, out.get(at++));
        }
        if (at != out.size()) {
            throw new UnsupportedModelException("branches: expected " + at + " results but was " + out.size());
        }
        return all;
    }
}
