package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.List;

/**
 * {@code L[b] = −log Σ p(path)} over the paths through {@code logits[time×batch×classes]} that read as the labels of b, a
 * sparse tensor {@code indices[n×2], values[n]}, and its derivative by the logits; the blank is the last class, {@code
 * steps[batch]} count. With {@code merge} repeated classes are read once; with {@code collapse} repeated labels are one. Labels
 * that cannot be read in time cost 0 where {@code ignore}, else they are an error. In double. Source: TF CTCLoss.
 */
public record CtcLoss(boolean collapse, boolean merge, boolean ignore) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        TensorType x = in.count(4).type(0);
        if (!x.dtype().isFloating()
                || x.shape().rank() != 3
                || in.shape(1).rank() != 2
                || in.shape(2).rank() != 1) {
            throw new ShapeException(
                    "expected logits[time×batch×classes], indices[n×2], values[n] but was " + in.types());
        }
        return List.of(x.withShape(Shape.of(x.shape().dim(1))), x);
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor loss = Tensor.zeros(out.get(0));
        Tensor gradient = Tensor.zeros(out.get(1));
        Tensor x = in.get(0);
        for (int b = 0; b < loss.size(); b++) {
            int[] labels = labels(in.get(1), in.get(2), b);
            int steps = (int) in.get(3).getLong(b);
            if (steps < 0 || steps > x.shape().dim(0)) {
                throw new ShapeException("expected at most " + x.shape().dim(0) + " steps but was " + steps);
            }
            int least = labels.length;
            for (int i = 1; i < labels.length && merge; i++) {
                least += labels[i] == labels[i - 1] ? 1 : 0;
            }
            if (steps >= least && steps > 0) {
                loss.setDouble(b, new Paths(x, b, steps, labels).run(gradient));
            } else if (!ignore && steps < least) {
                throw new ShapeException("expected labels that can be read in " + steps + " steps but was " + least);
            }
        }
        return List.of(loss, gradient);
    }

    private int[] labels(Tensor indices, Tensor values, int b) {
        int[] labels = new int[values.size()];
        int n = 0;
        for (int i = 0; i < labels.length; i++) {
            int v = (int) values.getLong(i);
            if (indices.getLong(2 * i) == b && !(collapse && n > 0 && labels[n - 1] == v)) {
                labels[n++] = v;
            }
        }
        return Arrays.copyOf(labels, n);
    }

    /** The states of one sequence: blanks and labels in turn. */
    private final class Paths {
        private final Tensor x;
        private final int b;
        private final int steps;
        private final int classes;
        private final int[] states;
        private final double[][] log;

        Paths(Tensor x, int b, int steps, int[] labels) {
            this.x = x;
            this.b = b;
            this.steps = steps;
            classes = x.shape().dim(2);
            states = new int[2 * labels.length + 1];
            Arrays.fill(states, classes - 1);
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] < 0 || labels[i] >= classes - 1) {
                    throw new ShapeException("expected labels in [0, " + (classes - 1) + ") but was " + labels[i]);
                }
                states[2 * i + 1] = labels[i];
            }
            log = new double[steps][classes];
            for (int t = 0; t < steps; t++) {
                double sum = Double.NEGATIVE_INFINITY;
                for (int c = 0; c < classes; c++) {
                    log[t][c] = x.getDouble(at(t, c));
                    sum = Cumulative.logSum(sum, log[t][c]);
                }
                for (int c = 0; c < classes; c++) {
                    log[t][c] -= sum;
                }
            }
        }

        private int at(int t, int c) {
            return (t * x.shape().dim(1) + b) * classes + c;
        }

        private boolean blank(int u) {
            return u % 2 == 0;
        }

        private boolean skips(int u) {
            return !blank(u) && u > 1 && !(merge && states[u] == states[u - 2]);
        }

        /** What leads to state u at step t, and what follows from it, both with the probability at t in. */
        private double[][] forward() {
            double[][] a = new double[steps][states.length];
            for (int t = 0; t < steps; t++) {
                for (int u = 0; u < states.length; u++) {
                    double sum = t == 0 && u < 2 ? 0 : Double.NEGATIVE_INFINITY;
                    if (t > 0) {
                        sum = merge || blank(u) ? a[t - 1][u] : sum;
                        sum = u > 0 ? Cumulative.logSum(sum, a[t - 1][u - 1]) : sum;
                        sum = skips(u) ? Cumulative.logSum(sum, a[t - 1][u - 2]) : sum;
                    }
                    a[t][u] = sum + log[t][states[u]];
                }
            }
            return a;
        }

        /** What follows after step t from state u. */
        private double[][] backward() {
            double[][] a = new double[steps][states.length];
            for (int t = steps - 1; t >= 0; t--) {
                for (int u = states.length - 1; u >= 0; u--) {
                    double sum = t == steps - 1 && u >= states.length - 2 ? 0 : Double.NEGATIVE_INFINITY;
                    if (t < steps - 1) {
                        sum = merge || blank(u) ? a[t + 1][u] + log[t + 1][states[u]] : sum;
                        for (int v = u + 1; v <= u + 2 && v < states.length; v++) {
                            boolean goes = v == u + 1 || skips(v);
                            sum = goes ? Cumulative.logSum(sum, a[t + 1][v] + log[t + 1][states[v]]) : sum;
                        }
                    }
                    a[t][u] = sum;
                }
            }
            return a;
        }

        double run(Tensor gradient) {
            double[][] before = forward();
            double[][] after = backward();
            double total = Double.NEGATIVE_INFINITY;
            for (int u = 0; u < states.length; u++) {
                total = Cumulative.logSum(total, before[0][u] + after[0][u]);
            }
            for (int t = 0; t < steps; t++) {
                double[] seen = new double[classes];
                for (int u = 0; u < states.length; u++) {
                    seen[states[u]] += Math.exp(before[t][u] + after[t][u] - total);
                }
                for (int c = 0; c < classes; c++) {
                    gradient.setDouble(at(t, c), Math.exp(log[t][c]) - seen[c]);
                }
            }
            return -total;
        }
    }

    /** The derivative itself has none, as in TensorFlow. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        if (g.flows(1)) {
            g.undefined();
            return;
        }
        g.to(0, () -> b.times(g.out(1), b.expandDims(g.dy(0), 1)));
    }
}
