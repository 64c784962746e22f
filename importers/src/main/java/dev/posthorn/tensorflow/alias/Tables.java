package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Table;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Lookup;
import dev.posthorn.ir.op.table.FindRows;
import dev.posthorn.ir.op.table.PutRows;
import dev.posthorn.ir.op.table.TakeRows;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.tensorflow.Resources;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Lookup tables: their content is a state of two values, the keys and what they map to. */
final class Tables {
    static final List<TfOp> ALL = List.of(
            general("HashTable", s -> table(s, false)),
            general("HashTableV2", s -> table(s, false)),
            general("AnonymousHashTable", s -> table(s, false)),
            general("MutableHashTable", s -> table(s, true)),
            general("MutableHashTableV2", s -> table(s, true)),
            general("AnonymousMutableHashTable", s -> table(s, true)),
            general("MutableHashTableOfTensors", s -> table(s, true)),
            general("MutableHashTableOfTensorsV2", s -> table(s, true)),
            general("AnonymousMutableHashTableOfTensors", s -> table(s, true)),
            general("MutableDenseHashTable", s -> table(s, true)),
            general("MutableDenseHashTableV2", s -> table(s, true)),
            general("AnonymousMutableDenseHashTable", s -> table(s, true)),
            general("InitializeTable", s -> fill(s, s.in(1), s.in(2))),
            general("InitializeTableV2", s -> fill(s, s.in(1), s.in(2))),
            general("LookupTableImport", s -> fill(s, s.in(1), s.in(2))),
            general("LookupTableImportV2", s -> fill(s, s.in(1), s.in(2))),
            general("LookupTableInsert", Tables::insert),
            general("LookupTableInsertV2", Tables::insert),
            general("LookupTableRemoveV2", Tables::remove),
            general("InitializeTableFromTextFile", Tables::fillFromFile),
            general("InitializeTableFromTextFileV2", Tables::fillFromFile),
            one("LookupTableFind", Tables::find),
            one("LookupTableFindV2", Tables::find),
            one("LookupTableSize", Tables::size),
            one("LookupTableSizeV2", Tables::size),
            many("LookupTableExport", s -> List.of(keys(s), values(s))),
            many("LookupTableExportV2", s -> List.of(keys(s), values(s))));

    private Tables() {}

    /** One that may change is empty until it is filled. */
    private static List<TfValue> table(Site s, boolean mutable) {
        String shared = s.attributes().string("shared_name", "");
        String key = shared.isEmpty() ? s.name() : shared;
        Shape value = s.attributes().shape("value_shape");
        TensorType values = new TensorType(
                s.attributes().type("value_dtype"), value.isRanked() && value.isKnown() ? value : Shape.SCALAR);
        Shape one = s.count() > 0 ? s.shape(0) : Shape.SCALAR;
        TensorType keys = new TensorType(s.attributes().type("key_dtype"), one);
        List<Tensor> unused =
                IntStream.range(0, s.count()).mapToObj(s::constant).toList();
        s.frame().resources().table(key, new Resources.TableType(keys, values, mutable, unused));
        return List.of(new TfValue.Handle(key));
    }

    private static String handle(Site s) {
        if (s.raw(0) instanceof TfValue.Handle h) {
            return h.key();
        }
        throw new ModelFormatException(s.op() + ": expected a table but was another, at " + s.where());
    }

    private static Value keys(Site s) {
        return s.frame().state().read(handle(s) + Resources.KEYS);
    }

    private static Value values(Site s) {
        return s.frame().state().read(handle(s) + Resources.VALUES);
    }

    private static List<TfValue> fill(Site s, Value keys, Value values) {
        s.frame().state().assign(handle(s) + Resources.KEYS, keys);
        s.frame().state().assign(handle(s) + Resources.VALUES, values);
        return List.of();
    }

    private static Value size(Site s) {
        return s.b().cast(Shapes.value(s, s.b().dim(keys(s), 0)), DType.INT64);
    }

    private static Value find(Site s) {
        Value keys = keys(s);
        Value values = values(s);
        if (keys.node().op() instanceof Constant k
                && values.node().op() instanceof Constant v
                && k.value().shape().rank() == 1
                && !k.value().dtype().isFloating()
                && v.value().shape().rank() == 1
                && s.shape(2).rank() == 0) {
            return s.b().add(new Lookup(new Table(k.value(), v.value())), s.in(1), s.in(2));
        }
        return s.b().add(new FindRows(), keys, values, s.in(1), s.in(2));
    }

    private static List<TfValue> insert(Site s) {
        List<Value> all = s.b().addAll(new PutRows(), List.of(keys(s), values(s), s.in(1), s.in(2)));
        return fill(s, all.get(0), all.get(1));
    }

    private static List<TfValue> remove(Site s) {
        List<Value> all = s.b().addAll(new TakeRows(), List.of(keys(s), values(s), s.in(1)));
        return fill(s, all.get(0), all.get(1));
    }

    /**
     * Lines of a file of words: a column, the whole line (-2) or the line's number (-1), counted from the offset, as key and as
     * value.
     */
    private static List<TfValue> fillFromFile(Site s) {
        Resources.TableType type = s.frame().resources().table(handle(s));
        String name = s.constant(1).getString(0);
        List<byte[]> lines = lines(s.frame().resources().asset(name));
        String delimiter = s.attributes().string("delimiter", "\t");
        long offset = s.attributes().integer("offset", 0);
        long most = s.attributes().integer("vocab_size", -1);
        if (most > lines.size()) {
            throw new ModelFormatException(
                    "table: expected " + most + " lines but was " + lines.size() + ", at asset '" + name + "'");
        }
        List<byte[]> used = most >= 0 ? lines.subList(0, (int) most) : lines;
        Tensor keys = column(
                used,
                (int) s.attributes().integer("key_index", -2),
                delimiter,
                offset,
                type.key().dtype(),
                name);
        Tensor values = column(
                used,
                (int) s.attributes().integer("value_index", -1),
                delimiter,
                offset,
                type.value().dtype(),
                name);
        return fill(s, s.b().constant(keys), s.b().constant(values));
    }

    private static List<byte[]> lines(byte[] file) {
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= file.length; i++) {
            if (i == file.length ? from < i : file[i] == '\n') {
                int to = i > from && file[i - 1] == '\r' ? i - 1 : i;
                lines.add(java.util.Arrays.copyOfRange(file, from, to));
                from = i + 1;
            }
        }
        return lines;
    }

    private static Tensor column(
            List<byte[]> lines, int column, String delimiter, long offset, DType dtype, String name) {
        Tensor t = Tensor.zeros(new TensorType(dtype, Shape.of(lines.size())));
        for (int i = 0; i < lines.size(); i++) {
            if (column == -1) {
                t.setLong(i, i + offset);
                continue;
            }
            byte[] word = lines.get(i);
            if (column >= 0) {
                String[] words = new String(word, StandardCharsets.ISO_8859_1)
                        .split(java.util.regex.Pattern.quote(delimiter), -1);
                if (column >= words.length) {
                    throw new ModelFormatException("table: expected column " + column + " in line " + i + " but was "
                            + words.length + " columns, at asset '" + name + "'");
                }
                word = words[column].getBytes(StandardCharsets.ISO_8859_1);
            }
            set(t, i, word, name);
        }
        return t;
    }

    private static void set(Tensor t, int i, byte[] word, String name) {
        String text = new String(word, StandardCharsets.UTF_8).strip();
        try {
            if (t.dtype() == DType.STRING) {
                t.byteStrings()[i] = word;
            } else if (t.dtype().isInteger()) {
                t.setLong(i, Long.parseLong(text));
            } else {
                t.setDouble(i, Double.parseDouble(text));
            }
        } catch (NumberFormatException e) {
            throw new ModelFormatException(
                    "table: expected " + t.dtype() + " in line " + i + " but was '" + text + "', at asset '" + name
                            + "'",
                    e);
        }
    }
}
