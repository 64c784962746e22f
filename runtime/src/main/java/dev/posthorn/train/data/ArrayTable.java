package dev.posthorn.train.data;

import dev.posthorn.ir.Tensor;
import java.lang.reflect.Array;

/** Rows in memory. */
record ArrayTable(Batch whole) implements Table {
    @Override
    public int size() {
        return whole.rows();
    }

    @Override
    public Batch take(int[] rows) {
        return whole.map(t -> take(t, rows));
    }

    static Tensor take(Tensor t, int[] rows) {
        Tensor out = Tensor.zeros(t.type().withShape(t.shape().with(0, rows.length)));
        int all = t.shape().dim(0);
        int row = all == 0 ? 0 : Array.getLength(t.data()) / all; // complex values take two elements each
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(t.data(), rows[i] * row, out.data(), i * row, row);
        }
        return out;
    }
}
