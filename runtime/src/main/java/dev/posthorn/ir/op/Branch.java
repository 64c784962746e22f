package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One of several graphs: {@code y = branches[i](operands of branch i)}; an index i outside of them takes the last.
 *
 * <p>Operands: the int32 scalar i, then those of branch 0, those of branch 1, and so on, as many as each takes. Where the
 * branches' results differ in shape, what differs is unknown.
 *
 * <p>(C1) as many results of the same dtypes from each. Source: TF If, Case.
 */
public record Branch(List<Graph> branches) implements Op.Primitive {
    public Branch {
        branches = List.copyOf(branches);
    }

    @Override
    public Op mapBodies(UnaryOperator<Graph> f) {
        return new Branch(branches.stream().map(f).toList());
    }

    @Override
    public boolean pure() {
        return branches.stream().allMatch(Graph::isPure);
    }

    @Override
    public List<TensorType> infer(Operands in) {
        if (in.size() == 0 || in.dtype(0) != DType.INT32 || branches.isEmpty()) {
            throw new ShapeException("expected an int32 index and branches but was " + in.types());
        }
        List<TensorType> joined = null;
        int at = 1;
        for (int i = 0; i < branches.size(); i++) {
            int n = branches.get(i).inputs().size();
            if (at + n > in.size()) {
                throw new ShapeException("expected " + (at + n) + " operands but was " + in.size());
            }
            List<TensorType> types = Bodies.results(branches.get(i), in.types().subList(at, at + n), "branch " + i);
            at += n;
            joined = joined == null ? types : join(joined, types);
        }
        in.count(at);
        return joined;
    }

    private static List<TensorType> join(List<TensorType> a, List<TensorType> b) {
        if (a.size() != b.size()) { // (C1)
            throw new ShapeException("expected branches of as many results but was " + a + " and " + b);
        }
        List<TensorType> all = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            all.add(Bodies.join(a.get(i), b.get(i), "result " + i + " of the branches"));
        }
        return all;
    }

    /** A choice of the branches' gradients, each of which runs its branch again; what a branch does not take gets zeros. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        List<Integer> wanted = new ArrayList<>();
        for (int i = 1; i < g.operands(); i++) {
            if (g.wants(i)) {
                wanted.add(i);
            }
        }
        List<Graph> backward = new ArrayList<>();
        List<Value> operands = new ArrayList<>(List.of(g.in(0)));
        int from = 1;
        for (Graph branch : branches) {
            int first = from;
            from += branch.inputs().size();
            Builder inner = new Builder();
            List<Value> inputs = new ArrayList<>();
            List<Value> outer = new ArrayList<>();
            for (int i = first; i < from; i++) {
                inputs.add(inner.input("in" + i, g.in(i).type()));
                outer.add(g.in(i));
            }
            List<Value> ys = new ArrayList<>();
            List<Value> dys = new ArrayList<>();
            List<Value> made = Rewriter.inline(branch, inner, inputs);
            for (int j = 0; j < made.size(); j++) {
                if (g.flows(j) && Adjoint.isReal(made.get(j).dtype())) {
                    ys.add(made.get(j));
                    dys.add(inner.input("dy" + j, g.out(j).type()));
                    outer.add(g.dy(j));
                }
            }
            List<Value> parameters = new ArrayList<>(inputs);
            parameters.addAll(dys);
            List<Value> own = wanted.stream()
                    .filter(i -> i >= first && i < first + inputs.size())
                    .map(i -> inputs.get(i - first))
                    .toList();
            List<Optional<Value>> dxs = g.walk(inner, ys, dys, own);
            Map<String, Value> results = new LinkedHashMap<>();
            for (int i : wanted) {
                int at = i < first || i >= first + inputs.size() ? -1 : own.indexOf(inputs.get(i - first));
                Value like = at < 0 ? inner.input("like" + i, g.in(i).type()) : own.get(at);
                if (at < 0) {
                    parameters.add(like);
                    outer.add(g.in(i));
                }
                Optional<Value> d = at < 0 ? Optional.empty() : dxs.get(at);
                results.put("d" + i, d.orElseGet(() -> Adjoint.zeros(inner, like)));
            }
            backward.add(inner.graph(parameters, results, Map.of()));
            operands.addAll(outer);
        }
        List<Value> out = wanted.isEmpty() ? List.of() : b.addAll(new Branch(backward), operands);
        for (int i = 1; i < g.operands(); i++) {
            int at = wanted.indexOf(i);
            if (at >= 0) {
                g.to(i, () -> out.get(at));
            } else {
                g.none(i);
            }
        }
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        int index = in.get(0).ints()[0];
        int taken = index < 0 || index >= branches.size() ? branches.size() - 1 : index;
        int from = 1
                + branches.subList(0, taken).stream()
                        .mapToInt(g -> g.inputs().size())
                        .sum();
        Graph branch = branches.get(taken);
        return Bodies.run(
                Evaluation.of(branch), in.subList(from, from + branch.inputs().size()));
    }
}
