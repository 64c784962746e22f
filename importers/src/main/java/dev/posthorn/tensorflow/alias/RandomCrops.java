package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.RandomKey;
import dev.posthorn.ir.op.image.RandomBelow;
import dev.posthorn.ir.op.image.RandomBox;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.List;

/** Random parts of pictures. */
final class RandomCrops {
    static final List<TfOp> ALL = List.of(
            one("RandomCrop", RandomCrops::crop),
            many("SampleDistortedBoundingBox", s -> {
                double least = s.attributes().real("min_object_covered", 0.1f);
                return counted(s, s.b().constant(DType.FLOAT32, least));
            }),
            many("SampleDistortedBoundingBoxV2", s -> counted(s, s.in(2))),
            many("StatelessSampleDistortedBoundingBox", s -> {
                List<Value> key = s.b().addAll(new RandomKey(), List.of(s.in(3)));
                return box(s, op(s), s.in(2), key.get(0), key.get(1));
            }));

    private RandomCrops() {}

    /** Rows and columns from a random place on. */
    private static Value crop(Site s) {
        Builder b = s.b();
        Value x = s.in(0);
        Value size = b.cast(s.in(1), DType.INT32);
        Value have = b.shape(b.dim(x, 0), b.dim(x, 1));
        Value places = b.binary(Binary.Fn.ADD, b.gather(b.minus(have, size), b.ints(1, 0), 0), 1); // columns first
        Value one = b.constant(DType.INT32, 1);
        Value from = StatefulRandoms.counted(s, one, 1, (k, c) -> b.add(new RandomBelow(), places, k, c));
        List<Dim> to = s.frame().dims(size);
        Value rows = b.gather(x, inside(b, from, 1, to.get(0)), 0);
        return b.gather(rows, inside(b, from, 0, to.get(1)), 1);
    }

    private static Value inside(Builder b, Value from, int i, Dim n) {
        Value count = n.isKnown() ? b.constant(DType.INT32, n.known()) : n.value();
        return b.plus(b.slice(from, 0, i, i + 1), b.add(new Iota(DType.INT32), count));
    }

    private static RandomBox op(Site s) {
        boolean whole = s.attributes().bool("use_image_if_no_bounding_boxes", false);
        if (!whole && s.shape(1).isKnown() && s.shape(1).size() == 0) {
            throw s.unsupported("no boxes, without use_image_if_no_bounding_boxes");
        }
        return new RandomBox(
                floats(s.attributes().reals("aspect_ratio_range"), List.of(0.75f, 1.33f)),
                floats(s.attributes().reals("area_range"), List.of(0.05f, 1f)),
                Math.toIntExact(s.attributes().integer("max_attempts", 100)));
    }

    private static List<Float> floats(List<Double> given, List<Float> ifAbsent) {
        return given.isEmpty()
                ? ifAbsent
                : given.stream().map(Double::floatValue).toList();
    }

    private static List<Value> counted(Site s, Value least) {
        RandomBox op = op(s);
        Value n = s.b().constant(DType.INT64, op.attempts());
        List<Value> out = new ArrayList<>();
        StatefulRandoms.counted(s, n, 1, (k, c) -> {
            out.addAll(box(s, op, least, k, c));
            return out.get(0);
        });
        return out;
    }

    /** Where to begin and how much to take along each axis, as of a slice, and the corners as fractions. */
    private static List<Value> box(Site s, RandomBox op, Value least, Value key, Value counter) {
        Builder b = s.b();
        Value box = b.add(op, s.in(0), s.in(1), least, key, counter);
        Value from = b.slice(box, 0, 0, 2);
        Value size = b.slice(box, 0, 2, 4);
        DType type = s.dtype(0);
        Value whole = b.cast(b.slice(s.in(0), 0, 0, 2), DType.FLOAT32);
        Value low = b.over(b.cast(from, DType.FLOAT32), whole);
        Value high = b.over(b.cast(b.plus(from, size), DType.FLOAT32), whole);
        return List.of(
                b.cast(b.concat(0, List.of(from, b.ints(0))), type),
                b.cast(b.concat(0, List.of(size, b.ints(-1))), type),
                b.reshape(b.concat(0, List.of(low, high)), 1, 1, 4));
    }
}
