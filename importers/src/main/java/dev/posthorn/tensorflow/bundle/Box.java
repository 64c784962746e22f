package dev.posthorn.tensorflow.bundle;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.TensorSliceProto;

/** A slice: where it starts in the whole tensor, and its shape. */
record Box(int[] start, Shape shape) {
    /** The box of a slice of a tensor of shape {@code whole}, inside of which it must lie. */
    static Box of(TensorSliceProto slice, Shape whole, String where) {
        int[] start = new int[whole.rank()];
        int[] length = new int[whole.rank()];
        boolean fits = slice.getExtentCount() == start.length;
        for (int a = 0; fits && a < start.length; a++) {
            TensorSliceProto.Extent e = slice.getExtent(a);
            long n = e.hasLength() ? e.getLength() : whole.dim(a);
            fits = e.getStart() >= 0 && n >= 0 && n <= whole.dim(a) && e.getStart() <= whole.dim(a) - n;
            start[a] = (int) e.getStart();
            length[a] = (int) n;
        }
        if (!fits) {
            throw new ModelFormatException("checkpoint: expected slices of " + whole + " but was "
                    + slice.toString().replace('\n', ' ') + ", at " + where);
        }
        return new Box(start, Shape.of(length));
    }

    /**
     * The box that {@code spec} names as {@code RestoreV2} does, {@code "10 4 0,5:-"}: the whole shape, and its start and
     * length for each axis.
     */
    static Box of(String spec, Shape whole, String where) {
        String box = spec.substring(spec.lastIndexOf(' ') + 1);
        TensorSliceProto.Builder slice = TensorSliceProto.newBuilder();
        try {
            for (String extent : box.split(":", -1)) {
                TensorSliceProto.Extent.Builder e = TensorSliceProto.Extent.newBuilder();
                if (!extent.equals("-")) {
                    String[] parts = extent.split(",", -1);
                    e.setStart(Long.parseLong(parts[0])).setLength(Long.parseLong(parts[1]));
                }
                slice.addExtent(e);
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new ModelFormatException(
                    "checkpoint: expected a slice such as 0,5:- but was '" + spec + "', at " + where, e);
        }
        return of(slice.build(), whole, where);
    }

    /** The box as {@code RestoreV2} has it, {@code "10 4 0,5:0,4"}. */
    String text(Shape whole) {
        StringBuilder text = new StringBuilder();
        for (int a = 0; a < start.length; a++) {
            text.append(whole.dim(a)).append(' ');
        }
        for (int a = 0; a < start.length; a++) {
            text.append(a == 0 ? "" : ":").append(start[a]).append(',').append(shape.dim(a));
        }
        return text.toString();
    }

    /** The slice of {@code whole}. */
    Tensor part(Tensor whole) {
        Tensor part = Tensor.zeros(whole.type().withShape(shape));
        copy(part, whole, false);
        return part;
    }

    /** Copies the slice's rows to their places. */
    void copy(Tensor part, Tensor whole) {
        copy(part, whole, true);
    }

    private void copy(Tensor part, Tensor whole, boolean in) {
        Object some = part.data();
        Object all = whole.data();
        int rank = start.length;
        int row = rank == 0 ? 1 : shape.dim(rank - 1);
        int rows = row == 0 ? 0 : shape.size() / row;
        for (int r = 0; r < rows; r++) {
            int at = 0;
            int rest = r;
            int step = rank == 0 ? 1 : whole.shape().dim(rank - 1);
            for (int a = rank - 2; a >= 0; a--) {
                at += (start[a] + rest % shape.dim(a)) * step;
                rest /= shape.dim(a);
                step *= whole.shape().dim(a);
            }
            int each = part.dtype().kind() == dev.posthorn.ir.DType.Kind.COMPLEX ? 2 : 1;
            int to = (at + (rank == 0 ? 0 : start[rank - 1])) * each;
            int from = r * row * each;
            if (in) {
                System.arraycopy(some, from, all, to, row * each);
            } else {
                System.arraycopy(all, to, some, from, row * each);
            }
        }
    }
}
