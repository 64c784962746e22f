package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.kernel.Gemm;
import dev.posthorn.kernel.MatMul.Operand;
import dev.posthorn.kernel.PackedB;
import dev.posthorn.kernel.Storage;
import dev.posthorn.kernel.WideMatMul;
import dev.posthorn.kernel.simd.Simd;
import java.util.List;
import java.util.Optional;

/** Matrix products in float32: with constant weights, packed once; with those of a loop, packed for all its steps; or of two activations. */
final class MatMulRule implements StepRule {
    /** Terms from which on columns are multiplied where they lie. */
    private static final int MANY = 128;

    @Override
    public boolean takes(Op op, List<Value> in) {
        boolean product =
                op instanceof MatMul || op instanceof Fused f && f.ops().get(0) instanceof MatMul;
        return product && StepRule.float32(in) || op instanceof MatMul && wide(in);
    }

    /** Whether the operands are of another type that kernels know. */
    private static boolean wide(List<Value> in) {
        return in.stream()
                .allMatch(v -> v.shape().isKnown()
                        && v.dtype() != DType.FLOAT32
                        && v.dtype() != DType.BOOL
                        && ProgramRule.storage(v.dtype()).isPresent());
    }

    @Override
    public Step compile(Node node, Room room) {
        Epilogued e = Epilogued.of(node.op(), node.inputs());
        MatMul op = (MatMul) e.root();
        Optional<Tensor> w = room.constant(e.w());
        boolean packs = w.isPresent()
                && w.get().dtype() == DType.FLOAT32
                && e.w().shape().rank() == 2
                && !op.transposeA();
        if (packs) {
            return weighted(op, e, w.get(), node, room);
        }
        boolean keeps = room.isFixed(e.w())
                && node.output().dtype() == DType.FLOAT32
                && e.w().shape().rank() == 2
                && !op.transposeA();
        return keeps ? kept(op, e, node, room) : batched(op, e, node, room);
    }

    private static Step kept(MatMul op, Epilogued e, Node node, Room room) {
        Shape x = e.x().shape();
        int k = x.dim(-1);
        int n = node.output().shape().dim(-1);
        return new Kept(
                x.size(0, x.rank() - 1),
                k,
                n,
                op.transposeB(),
                e.following(room),
                room.slot(e.x()),
                room.slot(e.w()),
                room.kept(TensorType.f32(PackedB.size(Simd.best(), k, n))),
                e.residual().map(room::slot).orElse(null),
                room.slot(node.output()));
    }

    private record Kept(
            int m,
            int k,
            int n,
            boolean transposed,
            Epilogued.Following after,
            Slot x,
            Slot w,
            Slot packed,
            Slot residual,
            Slot y)
            implements Step {
        private PackedB weights(Frame f) {
            return PackedB.in(Simd.best(), k, n, f.floats(packed), f.at(packed));
        }

        @Override
        public void prepare(Frame f) {
            weights(f).fill(f.floats(w), f.at(w), transposed ? k : n, transposed);
        }

        @Override
        public void run(Frame f) {
            Gemm.run(
                    f.workers(),
                    f.scratch(),
                    m,
                    f.floats(x),
                    f.at(x),
                    k,
                    weights(f),
                    f.floats(y),
                    f.at(y),
                    n,
                    after.in(f),
                    residual == null ? null : f.floats(residual),
                    residual == null ? 0 : f.at(residual));
        }

        @Override
        public String label() {
            return "gemm " + m + "×" + n + "×" + k + Epilogued.label(after, residual) + ", packed for all steps";
        }
    }

    private static Step weighted(MatMul op, Epilogued e, Tensor w, Node node, Room room) {
        int k = e.x().shape().dim(-1);
        int n = node.output().shape().dim(-1);
        int m = e.x().shape().size(0, e.x().shape().rank() - 1);
        PackedB b = op.transposeB()
                ? PackedB.ofTransposed(Simd.best(), k, n, w.floats(), 0, k)
                : PackedB.of(Simd.best(), k, n, (from, count, into) -> w.copyTo(from * n, into, 0, count * n));
        return new Weighted(
                m,
                k,
                n,
                b,
                e.following(room),
                room.slot(e.x()),
                e.residual().map(room::slot).orElse(null),
                room.slot(node.output()));
    }

    private record Weighted(int m, int k, int n, PackedB b, Epilogued.Following after, Slot x, Slot residual, Slot y)
            implements Step {
        @Override
        public void run(Frame f) {
            Gemm.run(
                    f.workers(),
                    f.scratch(),
                    m,
                    f.floats(x),
                    f.at(x),
                    k,
                    b,
                    f.floats(y),
                    f.at(y),
                    n,
                    after.in(f),
                    residual == null ? null : f.floats(residual),
                    residual == null ? 0 : f.at(residual));
        }

        @Override
        public String label() {
            return "gemm " + m + "×" + n + "×" + k + Epilogued.label(after, residual);
        }
    }

    private static Step batched(MatMul op, Epilogued e, Node node, Room room) {
        Shape a = node.input(0).shape();
        Shape b = node.input(1).shape();
        Shape y = node.output().shape();
        int m = y.dim(-2);
        int n = y.dim(-1);
        int k = a.dim(op.transposeA() ? -2 : -1);
        Shape batch = y.slice(0, y.rank() - 2);
        if (node.output().dtype() == DType.FLOAT32
                && batch.size() == 1
                && op.transposeA()
                && !op.transposeB()
                && k >= MANY) {
            return GradientRule.columns(
                    m, n, k, room.slot(node.input(0)), room.slot(node.input(1)), room.slot(node.output()), room);
        }
        if (!op.transposeA() && b.size(0, b.rank() - 2) == 1 && a.size(0, a.rank() - 2) == batch.size()) {
            m *= batch.size(); // rows of one product
            a = Shape.of(m, k);
            b = b.slice(b.rank() - 2, b.rank());
            y = Shape.of(m, n);
            batch = Shape.of();
        }
        Operand left = operand(a, batch, op.transposeA());
        Operand right = operand(b, batch, op.transposeB());
        Operand result = operand(y, batch, false);
        String size = batch.size() + "×" + m + "×" + n + "×" + k;
        Slot x = room.slot(node.input(0));
        Slot w = room.slot(node.input(1));
        if (node.output().dtype() != DType.FLOAT32) {
            Storage storage = ProgramRule.storage(node.output().dtype()).orElseThrow();
            WideMatMul kernel = new WideMatMul(storage, m, n, k, left, right, result);
            return new Wide(kernel, "matmul wide " + size, x, w, room.slot(node.output()));
        }
        return new Batched(
                new dev.posthorn.kernel.MatMul(Simd.best(), m, n, k, left, right, result),
                size,
                x,
                w,
                e.following(room),
                e.residual().map(room::slot).orElse(null),
                room.slot(node.output()));
    }

    /** Where each matrix of a batch begins; axes of length 1 broadcast. */
    private static Operand operand(Shape s, Shape batch, boolean transposed) {
        int rank = s.rank();
        int matrix = s.dim(-2) * s.dim(-1);
        int[] at = new int[batch.size()];
        for (int i = 0; i < at.length; i++) {
            int rest = i;
            int stride = matrix;
            for (int axis = 1; axis <= batch.rank(); axis++) {
                int index = rest % batch.dim(-axis);
                rest /= batch.dim(-axis);
                if (axis <= rank - 2) {
                    int d = s.dim(rank - 2 - axis);
                    at[i] += d == 1 ? 0 : index * stride;
                    stride *= d;
                }
            }
        }
        return new Operand(at, s.dim(-1), transposed);
    }

    private record Wide(WideMatMul kernel, String label, Slot a, Slot b, Slot y) implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(f.workers(), f.scratch(), f.array(a), f.at(a), f.array(b), f.at(b), f.array(y), f.at(y));
        }
    }

    private record Batched(
            dev.posthorn.kernel.MatMul kernel,
            String size,
            Slot a,
            Slot b,
            Epilogued.Following after,
            Slot residual,
            Slot y)
            implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(
                    f.workers(),
                    f.scratch(),
                    f.floats(a),
                    f.at(a),
                    f.floats(b),
                    f.at(b),
                    f.floats(y),
                    f.at(y),
                    after.in(f),
                    residual == null ? null : f.floats(residual),
                    residual == null ? 0 : f.at(residual));
        }

        @Override
        public String label() {
            return "matmul " + size + Epilogued.label(after, residual);
        }
    }
}
