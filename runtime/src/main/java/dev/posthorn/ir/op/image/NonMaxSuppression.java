package dev.posthorn.ir.op.image;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * The best of boxes that overlap: {@code x[n×4] or overlaps[n×n], scores[n], most[], overlap[], least[], sigma[] → chosen[k],
 * scores[k], valid[]}. Boxes are taken from the highest score down, of equal ones the first first; one that overlaps a chosen
 * one by more than {@code overlap} is left out, one of a score not above {@code least} too. With {@code sigma} above 0, scores
 * fall by {@code exp(-overlap²/(2·sigma))} for each chosen box instead. With {@code pad}, k is {@code most}, filled with 0.
 *
 * <p>(C1) overlap in [0, 1]. Source: TF NonMaxSuppressionV5, NonMaxSuppressionWithOverlaps.
 */
public record NonMaxSuppression(boolean overlaps, boolean pad) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        TensorType boxes = in.count(6).type(0);
        TensorType scores = in.type(1);
        if (boxes.dtype() != scores.dtype()
                || !boxes.dtype().isFloating()
                || boxes.shape().isRanked() && boxes.shape().rank() != 2
                || scores.shape().isRanked() && scores.shape().rank() != 1) {
            throw new ShapeException("expected boxes and scores of one type but was " + boxes + " and " + scores);
        }
        int k = pad ? in.constant(2).map(t -> (int) t.getLong(0)).orElse(Shape.UNKNOWN) : Shape.UNKNOWN;
        return List.of(TensorType.of(DType.INT32, k), TensorType.of(scores.dtype(), k), TensorType.of(DType.INT32));
    }

    private record Candidate(int box, float score, int begin) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            int byScore = Float.compare(other.score, score);
            return byScore != 0 ? byScore : Integer.compare(box, other.box);
        }
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        float[] scores = in.get(1).cast(DType.FLOAT32).floats();
        Tensor boxes = in.get(0).cast(DType.FLOAT32);
        int most = Math.toIntExact(in.get(2).getLong(0));
        float limit = (float) in.get(3).getDouble(0);
        float least = (float) in.get(4).getDouble(0);
        float sigma = (float) in.get(5).getDouble(0);
        if (boxes.shape().dim(0) != scores.length || most < 0) {
            throw new ShapeException("expected a score for each box and at least 0 of them but was "
                    + in.get(0).type() + ", " + in.get(1).type() + " and " + most);
        }
        float scale = sigma > 0 ? -0.5f / sigma : 0;
        PriorityQueue<Candidate> queue = new PriorityQueue<>();
        IntStream.range(0, scores.length)
                .filter(i -> scores[i] > least)
                .forEach(i -> queue.add(new Candidate(i, scores[i], 0)));
        int[] chosen = new int[Math.min(most, scores.length)];
        float[] theirs = new float[chosen.length];
        int k = 0;
        while (k < most && !queue.isEmpty()) {
            Candidate next = queue.poll();
            float score = next.score;
            boolean suppressed = false;
            for (int j = k - 1; j >= next.begin && !suppressed; j--) {
                float overlap = overlap(boxes, next.box, chosen[j]);
                score *= sigma > 0 || overlap <= limit ? (float) Math.exp(scale * overlap * overlap) : 0;
                suppressed = sigma <= 0 && overlap > limit || score <= least;
            }
            if (score == next.score && !suppressed) {
                chosen[k] = next.box;
                theirs[k++] = score;
            } else if (score > least && !suppressed) {
                queue.add(new Candidate(next.box, score, k));
            }
        }
        int length = pad ? most : k;
        Tensor places = Tensor.of(Shape.of(length), java.util.Arrays.copyOf(chosen, length));
        Tensor best = Tensor.of(Shape.of(length), java.util.Arrays.copyOf(theirs, length));
        return List.of(places, best.cast(in.get(1).dtype()), Tensor.scalar(DType.INT32, k));
    }

    private float overlap(Tensor boxes, int i, int j) {

        int n = boxes.shape().dim(0);
        return overlaps ? boxes.floats()[i * n + j] : Boxes.overlap(boxes.floats(), 4 * i, 4 * j);
    }
}
