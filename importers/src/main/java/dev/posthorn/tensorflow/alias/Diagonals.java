package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Diagonals of matrices, taken out and put in: the place of every element is known, so that each op is one gather of a row
 * that has what else may be needed at its end.
 */
final class Diagonals {
    static final List<TfOp> ALL = List.of(
            one("MatrixDiag", s -> diag(s, band(0, 0, "RIGHT_LEFT"), -1, -1, zero(s, s.in(0)))),
            one("MatrixDiagV2", s -> diagV3(s, "LEFT_LEFT")),
            one("MatrixDiagV3", s -> diagV3(s, s.attributes().string("align", "RIGHT_LEFT"))),
            one("MatrixDiagPart", s -> part(s, band(0, 0, "RIGHT_LEFT"), zero(s, s.in(0)))),
            one("MatrixDiagPartV2", s -> part(s, band(s, 1, "LEFT_LEFT"), s.in(2))),
            one("MatrixDiagPartV3", s -> part(s, band(s, 1, s.attributes().string("align", "RIGHT_LEFT")), s.in(2))),
            one("MatrixSetDiag", s -> set(s, band(0, 0, "RIGHT_LEFT"))),
            one("MatrixSetDiagV2", s -> set(s, band(s, 2, "LEFT_LEFT"))),
            one("MatrixSetDiagV3", s -> set(s, band(s, 2, s.attributes().string("align", "RIGHT_LEFT")))),
            one("MatrixBandPart", Diagonals::bandPart),
            one("DiagPart", s -> {
                int rank = s.shape(0).rank() / 2;
                int[] dims = Arrays.copyOf(s.shape(0).dims(), rank);
                int n = s.shape(0).size(0, rank);
                int[] places = new int[n];
                Arrays.setAll(places, i -> i * (n + 1));
                return s.b().reshape(s.b().gather(s.b().reshape(s.in(0), -1), s.b().ints(places), 0), dims);
            }),
            one("Diag", s -> {
                Value x = s.in(0);
                Value flat = s.b().reshape(x, -1);
                int n = flat.shape().dim(0);
                int[] places = new int[n * n];
                Arrays.fill(places, n);
                for (int i = 0; i < n; i++) {
                    places[i * n + i] = i;
                }
                Value all = s.b().concat(0, List.of(flat, s.b().reshape(zero(s, x), 1)));
                List<Dim> dims = new ArrayList<>(List.of(s.b().dims(x)));
                dims.addAll(List.of(s.b().dims(x)));
                return s.b().reshape(s.b().gather(all, s.b().ints(places), 0), dims.toArray(Dim[]::new));
            }));

    private Diagonals() {}

    /** The diagonals from {@code lower} to {@code upper}, 0 the main one, and to which side short ones are aligned. */
    private record Band(int lower, int upper, String align) {
        int count() {
            return upper - lower + 1;
        }

        static int length(int d, int rows, int columns) {
            return Math.min(rows + Math.min(d, 0), columns - Math.max(d, 0));
        }

        int longest(int rows, int columns) {
            return Math.min(rows + Math.min(upper, 0), columns - Math.max(lower, 0));
        }

        /** Where diagonal d begins in its row of {@code longest} places. */
        int offset(int d, int rows, int columns) {
            boolean right = d >= 0 ? align.startsWith("RIGHT") : align.endsWith("RIGHT");
            return right ? longest(rows, columns) - length(d, rows, columns) : 0;
        }
    }

    private static Band band(int lower, int upper, String align) {
        return new Band(lower, upper, align);
    }

    private static Band band(Site s, int input, String align) {
        int[] k = s.ints(input);
        return new Band(k[0], k[k.length - 1], align);
    }

    private static Value zero(Site s, Value x) {
        return s.b().constant(Tensor.zeros(TensorType.of(x.dtype())));
    }

    /** {@code rows} as one vector a matrix, with {@code last} behind it. */
    private static Value flat(Site s, Value x, int axes, Value last) {
        List<Dim> d = new ArrayList<>(List.of(s.b().dims(x)));
        List<Dim> batch = new ArrayList<>(d.subList(0, d.size() - axes));
        List<Dim> one = new ArrayList<>(batch);
        one.add(Dim.of(1));
        int size = x.shape().size(x.shape().rank() - axes, x.shape().rank());
        batch.add(Dim.of(size));
        Value row = s.b().reshape(x, batch.toArray(Dim[]::new));
        return s.b().concat(-1, List.of(row, s.b().broadcastTo(last, one.toArray(Dim[]::new))));
    }

    private static Value gather(Site s, Value rows, int[] places, int... dims) {
        Value y = s.b().gather(rows, s.b().ints(places), -1);
        List<Dim> d = new ArrayList<>(List.of(s.b().dims(y)));
        d.remove(d.size() - 1);
        for (int n : dims) {
            d.add(Dim.of(n));
        }
        return s.b().reshape(y, d.toArray(Dim[]::new));
    }

    private static Value diagV3(Site s, String align) {
        return diag(s, band(s, 1, align), s.integer(2), s.integer(3), s.in(4));
    }

    private static Value diag(Site s, Band k, int rows, int columns, Value padding) {
        Value x = s.in(0);
        int longest = x.shape().dim(-1);
        if (longest == Shape.UNKNOWN) {
            if (k.lower != 0 || k.upper != 0 || rows >= 0 || columns >= 0) {
                throw s.unsupported("diagonals whose length is known only when the graph runs");
            }
            Value square = s.b().expandDims(x, -1);
            Dim n = s.b().dim(x, -1);
            Value column = s.b().reshape(axis(s, square, -2), Dim.of(1), n);
            Value main = s.b().compare(Compare.Fn.EQ, axis(s, square, -2), column);
            return s.b().select(main, square, padding);
        }
        int least = longest + Math.max(-k.upper, 0);
        int most = longest + Math.max(k.lower, 0);
        int r = rows;
        int c = columns;
        if (r < 0 && c < 0) {
            r = Math.max(least, most);
            c = r;
        } else if (r < 0) {
            r = least;
        } else if (c < 0) {
            c = most;
        }
        int[] places = new int[r * c];
        int end = longest * k.count();
        for (int i = 0; i < r; i++) {
            for (int j = 0; j < c; j++) {
                int d = j - i;
                boolean inside = d >= k.lower && d <= k.upper;
                int at = k.offset(d, r, c) + Math.min(i, j);
                places[i * c + j] = inside ? (k.upper - d) * longest + at : end;
            }
        }
        return gather(s, flat(s, x, k.count() == 1 && x.shape().rank() < 2 ? 1 : axes(k), padding), places, r, c);
    }

    /** The axes that hold the diagonals: one where there is but one. */
    private static int axes(Band k) {
        return k.count() == 1 ? 1 : 2;
    }

    private static Value part(Site s, Band k, Value padding) {
        Value x = s.in(0);
        int r = x.shape().dim(-2);
        int c = x.shape().dim(-1);
        int longest = k.longest(r, c);
        int[] places = new int[k.count() * longest];
        for (int m = 0; m < k.count(); m++) {
            int d = k.upper - m;
            for (int t = 0; t < longest; t++) {
                int at = t - k.offset(d, r, c);
                int i = at + Math.max(-d, 0);
                int j = at + Math.max(d, 0);
                boolean inside = at >= 0 && i < r && j < c;
                places[m * longest + t] = inside ? i * c + j : r * c;
            }
        }
        Value rows = flat(s, x, 2, padding);
        return k.count() == 1 ? gather(s, rows, places, longest) : gather(s, rows, places, k.count(), longest);
    }

    private static Value set(Site s, Band k) {
        Value x = s.in(0);
        int r = x.shape().dim(-2);
        int c = x.shape().dim(-1);
        int longest = k.longest(r, c);
        Value own = flat(s, x, 2, zero(s, x));
        Value diagonals = flat(s, s.in(1), axes(k), zero(s, x));
        int[] places = new int[r * c];
        for (int i = 0; i < r; i++) {
            for (int j = 0; j < c; j++) {
                int d = j - i;
                boolean inside = d >= k.lower && d <= k.upper;
                int at = (k.upper - d) * longest + k.offset(d, r, c) + Math.min(i, j);
                places[i * c + j] = inside ? r * c + 1 + at : i * c + j;
            }
        }
        return gather(s, s.b().concat(-1, List.of(own, diagonals)), places, r, c);
    }

    private static Value bandPart(Site s) {
        Value x = s.in(0);
        Value rows = axis(s, x, -2);
        Value columns = axis(s, x, -1);
        Value below = s.b().minus(rows, columns);
        Value inside = s.b().binary(Binary.Fn.AND, within(s, below, 1), within(s, s.b().minus(columns, rows), 2));
        return s.b().select(inside, x, zero(s, x));
    }

    /** Whether a distance is at most input {@code i}; a negative one allows any. */
    private static Value within(Site s, Value distance, int i) {
        Value most = Elementwise.cast(s.b(), s.in(i), DType.INT32);
        Value any = s.b().compare(Compare.Fn.LT, most, s.b().constant(DType.INT32, 0));
        return s.b().binary(Binary.Fn.OR, any, s.b().compare(Compare.Fn.LE, distance, most));
    }

    private static Value axis(Site s, Value x, int axis) {
        Dim n = s.b().dim(x, axis);
        Value i = s.b().add(new Iota(DType.INT32), Shapes.value(s, n));
        return axis == -2 ? s.b().reshape(i, n, Dim.of(1)) : s.b().reshape(i, Dim.of(1), n);
    }
}
