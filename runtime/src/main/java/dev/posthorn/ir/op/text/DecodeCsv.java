package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Copy;
import dev.posthorn.ir.op.TextNumber;
import dev.posthorn.ir.op.Texts;
import dev.posthorn.model.ShapeException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns of records of fields: {@code records[…], default₀ … default_k → column₀[…] … column_k[…]}. A default is a
 * vector of one element, or of none where the field must be there. Only the columns {@code selected} are taken, in
 * ascending order; all where there are none.
 *
 * <p>(C1) as many fields as defaults. (C2) fields are of their column's type. Source: TF DecodeCSV.
 */
public record DecodeCsv(String delimiter, boolean quotes, String missing, List<Integer> selected)
        implements Op.Primitive {
    public DecodeCsv {
        selected = List.copyOf(selected);
        if (delimiter.length() != 1) {
            throw new ShapeException("DecodeCsv: expected one character between fields but was '" + delimiter + "'");
        }
    }

    @Override
    public List<TensorType> infer(Operands in) {
        TensorType x = Texts.strings(in, 0);
        List<TensorType> columns = new ArrayList<>();
        for (int i = 1; i < in.size(); i++) {
            columns.add(x.withDType(in.dtype(i)));
        }
        if (!selected.isEmpty() && selected.size() != columns.size()) {
            throw new ShapeException("expected " + selected.size() + " defaults but was " + columns.size());
        }
        return columns;
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        byte[][] records = in.get(0).byteStrings();
        List<Tensor> columns = new ArrayList<>();
        out.forEach(t -> columns.add(Tensor.zeros(t.withShape(in.get(0).shape()))));
        for (int r = 0; r < records.length; r++) {
            List<byte[]> fields = fields(records[r], r);
            if (fields.size() != columns.size()) { // (C1)
                throw new ShapeException(
                        "expected " + columns.size() + " fields but was " + fields.size() + " (record " + r + ")");
            }
            for (int c = 0; c < columns.size(); c++) {
                set(columns.get(c), r, c, fields.get(c), in.get(c + 1));
            }
        }
        return columns;
    }

    private void set(Tensor column, int r, int c, byte[] field, Tensor defaults) {
        String text = new String(field, StandardCharsets.UTF_8);
        if (field.length == 0 || text.equals(missing)) {
            if (defaults.size() == 0) {
                throw new ShapeException("expected field " + c + " but was missing (record " + r + ")");
            }
            Copy.element(defaults, 0, column, r);
        } else if (column.dtype() == DType.STRING) {
            column.byteStrings()[r] = field;
        } else {
            try {
                TensorType scalar = TensorType.of(column.dtype());
                Tensor one = new TextNumber(column.dtype())
                        .value(List.of(Tensor.of(DType.STRING, Shape.SCALAR, new byte[][] {field})), scalar);
                Copy.element(one, 0, column, r);
            } catch (ShapeException e) { // (C2)
                throw new ShapeException(
                        "expected " + column.dtype() + " in field " + c + " but was '" + text + "' (record " + r + ")",
                        e);
            }
        }
    }

    /** The fields that are taken. */
    private List<byte[]> fields(byte[] s, int record) {
        List<byte[]> all = new ArrayList<>();
        int i = 0;
        int number = 0;
        boolean more = s.length > 0;
        while (more) {
            boolean quoted = quotes && i < s.length && s[i] == '"';
            ByteArrayOutputStream field = new ByteArrayOutputStream();
            if (quoted) {
                i++;
                while (i < s.length && (s[i] != '"' || i + 1 < s.length && s[i + 1] == '"')) {
                    i += s[i] == '"' ? 1 : 0;
                    field.write(s[i++]);
                }
                if (i >= s.length || i + 1 < s.length && s[i + 1] != delimiter.charAt(0)) {
                    throw new ShapeException("expected a quote before a delimiter but was another (record " + record
                            + ", field " + number + ")");
                }
                i++;
            }
            while (!quoted && i < s.length && s[i] != delimiter.charAt(0)) {
                if (quotes && s[i] == '"' || s[i] == '\n' || s[i] == '\r') {
                    throw new ShapeException("expected no quote and no line break in a field without quotes but was"
                            + " one (record " + record + ", field " + number + ")");
                }
                field.write(s[i++]);
            }
            if (selected.isEmpty() || selected.contains(number)) {
                all.add(field.toByteArray());
            }
            number++;
            more = i < s.length;
            i++;
        }
        return all;
    }
}
