package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Table;
import dev.posthorn.ir.TensorType;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.FunctionDefLibrary;
import dev.posthorn.tensorflow.Messages;
import dev.posthorn.tensorflow.Protos;
import java.util.List;
import java.util.TreeSet;

/** Tables as TensorFlow has them: one function makes a table, another fills it, as a loader calls them. */
final class Tables {
    private Tables() {}

    static String creator(int table) {
        return "__inference__creator_" + table;
    }

    static String initializer(int table) {
        return "__inference__initializer_" + table;
    }

    /** Tables of one content are one, whoever loads them. */
    static Attrs attrs(Table t) {
        long content = Messages.checksum(Protos.tensor(t.keys()).toByteArray())
                ^ 31 * Messages.checksum(Protos.tensor(t.values()).toByteArray());
        return Attrs.of()
                .type("key_dtype", t.keys().dtype())
                .type("value_dtype", t.values().dtype())
                .text("container", "")
                .text("shared_name", "table_" + Long.toUnsignedString(content, 36));
    }

    static Attrs filling(Table t) {
        return Attrs.of().type("Tin", t.keys().dtype()).type("Tout", t.values().dtype());
    }

    static void write(List<Table> tables, FunctionDefLibrary.Builder library) {
        for (int i = 0; i < tables.size(); i++) {
            FunctionWriter creator = new FunctionWriter(library, new TreeSet<>());
            String made = creator.add("HashTableV2", "table_handle", List.of(), attrs(tables.get(i)));
            creator.result("table", DataType.DT_RESOURCE, made);
            creator.finish(creator(i));
            FunctionWriter filler = new FunctionWriter(library, new TreeSet<>());
            String table = filler.table(tables.get(i), "table");
            String keys = filler.constant(tables.get(i).keys());
            String values = filler.constant(tables.get(i).values());
            filler.run("LookupTableImportV2", List.of(table, keys, values), filling(tables.get(i)));
            filler.result("done", TensorType.of(DType.INT32), filler.scalar(1));
            filler.finish(initializer(i));
        }
    }
}
