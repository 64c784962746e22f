package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Table;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Lookup;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.FunctionDefLibrary;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.tensorflow.Messages;
import dev.posthorn.tensorflow.Protos;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Tables as TensorFlow has them: one function makes a table, another fills it, as a loader calls them. */
final class Tables {
    private Tables() {}

    /** The tables that graphs look things up in, those inside of their nodes too. */
    static List<Table> of(Collection<Graph> graphs) {
        Set<Table> all = new LinkedHashSet<>();
        graphs.forEach(g -> collect(g, all));
        return List.copyOf(all);
    }

    private static Graph collect(Graph g, Set<Table> all) {
        for (Node n : g.nodes()) {
            if (n.op() instanceof Lookup l) {
                all.add(l.table());
            }
            n.op().mapBodies(body -> collect(body, all));
        }
        return g;
    }

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

    /** Adds a table to a graph; the node that fills it. */
    static String write(String name, Table t, GraphDef.Builder graph) {
        node(graph, name, "HashTableV2", List.of(), attrs(t));
        constant(graph, name + "/keys", t.keys());
        constant(graph, name + "/values", t.values());
        String fill = name + "/fill";
        node(graph, fill, "LookupTableImportV2", List.of(name, name + "/keys", name + "/values"), filling(t));
        return fill;
    }

    private static void constant(GraphDef.Builder graph, String name, Tensor v) {
        node(
                graph,
                name,
                "Const",
                List.of(),
                Attrs.of().type("dtype", v.dtype()).tensor("value", v));
    }

    private static void node(GraphDef.Builder graph, String name, String op, List<String> inputs, Attrs attrs) {
        graph.addNode(
                NodeDef.newBuilder().setName(name).setOp(op).addAllInput(inputs).putAllAttr(attrs.values()));
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
