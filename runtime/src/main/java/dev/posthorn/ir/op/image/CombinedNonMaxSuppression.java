package dev.posthorn.ir.op.image;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The best boxes of all classes: {@code boxes[b×n×q×4], scores[b×n×c], mostOfClass[], most[], overlap[], least[] →
 * boxes[b×k×4], scores[b×k], classes[b×k], valid[b]}, for each picture those that are left of every class, from the highest
 * score down. q is 1 or c. k is {@code most}, or with {@code padPerClass} no more than c·mostOfClass. Source: TF
 * CombinedNonMaxSuppression.
 */
public record CombinedNonMaxSuppression(boolean padPerClass, boolean clip) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        Shape boxes = in.count(6).shape(0);
        Shape scores = in.shape(1);
        if (boxes.rank() != 4 || scores.rank() != 3 || in.dtype(0) != DType.FLOAT32 || in.dtype(1) != DType.FLOAT32) {
            throw new ShapeException("expected float32 boxes [b×n×q×4] and scores [b×n×c] but was " + in.types());
        }
        int b = boxes.dim(0);
        int c = scores.dim(2);
        boolean known = in.constant(2).isPresent() && in.constant(3).isPresent() && c != Shape.UNKNOWN;
        int k = known
                ? size(in.constant(2).get().getLong(0), in.constant(3).get().getLong(0), c)
                : Shape.UNKNOWN;
        TensorType row = TensorType.f32(b, k);
        return List.of(TensorType.f32(b, k, 4), row, row, TensorType.of(DType.INT32, b));
    }

    private int size(long ofClass, long all, int classes) {
        if (ofClass <= 0 || all <= 0 || all > Integer.MAX_VALUE - 8) {
            throw new ShapeException("expected positive numbers of boxes but was " + ofClass + " and " + all);
        }
        return (int) (padPerClass ? Math.min(all, ofClass * classes) : all);
    }

    private record Found(int box, int of, float score, int kind) {}

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Shape s = in.get(0).shape();
        int n = s.dim(1);
        int q = s.dim(2);
        int classes = in.get(1).shape().dim(2);
        if (q != 1 && q != classes || s.dim(3) != 4) {
            throw new ShapeException("expected boxes for 1 or " + classes + " classes but was "
                    + in.get(0).type());
        }
        int ofClass = Math.toIntExact(in.get(2).getLong(0));
        int k = size(ofClass, in.get(3).getLong(0), classes);
        float[] boxes = in.get(0).floats();
        Tensor yBoxes = Tensor.zeros(TensorType.f32(s.dim(0), k, 4));
        Tensor yScores = Tensor.zeros(TensorType.f32(s.dim(0), k));
        Tensor yClasses = Tensor.zeros(yScores.type());
        Tensor valid = Tensor.zeros(TensorType.of(DType.INT32, s.dim(0)));
        for (int b = 0; b < s.dim(0); b++) {
            List<Found> all = new ArrayList<>();
            for (int c = 0; c < classes; c++) {
                all.addAll(best(in, b, c, ofClass));
            }
            all.sort(Comparator.comparingDouble((Found f) -> f.score).reversed());
            int m = Math.min(k, all.size());
            valid.ints()[b] = m;
            for (int i = 0; i < m; i++) {
                Found f = all.get(i);
                int from = ((b * n + f.box) * q + f.of) * 4;
                for (int a = 0; a < 4; a++) {
                    float v = boxes[from + a];
                    yBoxes.floats()[(b * k + i) * 4 + a] = clip ? Math.max(Math.min(v, 1), 0) : v;
                }
                yScores.floats()[b * k + i] = f.score;
                yClasses.floats()[b * k + i] = f.kind;
            }
        }
        return List.of(yBoxes, yScores, yClasses, valid);
    }

    private static List<Found> best(List<Tensor> in, int b, int c, int most) {
        Shape s = in.get(0).shape();
        int n = s.dim(1);
        int q = s.dim(2);
        int of = q == 1 ? 0 : c;
        float limit = (float) in.get(4).getDouble(0);
        float least = (float) in.get(5).getDouble(0);
        int classes = in.get(1).shape().dim(2);
        MaxHeap queue = new MaxHeap(n);
        for (int i = 0; i < n; i++) {
            float score = in.get(1).floats()[(b * n + i) * classes + c];
            if (score > least) {
                queue.push(i, score);
            }
        }
        List<Found> found = new ArrayList<>();
        while (found.size() < most && !queue.isEmpty()) {
            float score = queue.topScore();
            int box = queue.pop();
            boolean over = false;
            for (int j = found.size() - 1; j >= 0 && !over; j--) {
                int other = found.get(j).box;
                over = Boxes.overlap(in.get(0).floats(), ((b * n + box) * q + of) * 4, ((b * n + other) * q + of) * 4)
                        > limit;
            }
            if (!over) {
                found.add(new Found(box, of, score, c));
            }
        }
        return found;
    }
}
