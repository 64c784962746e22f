package dev.posthorn.ir.fn;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Results with a derivative that somebody wrote: {@code y…, x…, captures… → y…}. Where the derivatives by the ys are dys,
 * {@code backward(dys…, captures…)} are those by the xs of {@code to}, counted from the first x; nothing flows to the ys, nor
 * to what is captured. Source: tf.custom_gradient, RegisteredGradient of graph.proto.
 *
 * @param backward takes as many dys as there are ys, then the captures
 * @param ys the number of results
 * @param xs the number of operands that may be differentiated by
 * @param to the x that each result of {@code backward} is the derivative by
 */
public record CustomGradient(Graph backward, int ys, int xs, List<Integer> to)
        implements Op.Composite, Op.Differentiable {
    public CustomGradient {
        to = List.copyOf(to);
    }

    @Override
    public Op mapBodies(UnaryOperator<Graph> f) {
        return new CustomGradient(f.apply(backward), ys, xs, to);
    }

    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(xs + backward.inputs().size());
        return in.subList(0, ys);
    }

    @Override
    public void gradient(Adjoint g) {
        List<Value> in = new ArrayList<>();
        for (int i = 0; i < ys; i++) {
            in.add(g.dy(i));
        }
        in.addAll(g.in().subList(ys + xs, g.operands()));
        List<Value> dxs = Rewriter.inline(backward, g.builder(), in);
        g.none();
        for (int i = 0; i < to.size(); i++) {
            int at = i;
            g.to(ys + to.get(i), () -> dxs.get(at));
        }
    }
}
