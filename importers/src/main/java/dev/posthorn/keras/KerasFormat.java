package dev.posthorn.keras;

import dev.posthorn.codec.FieldType;
import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.ModelFormat;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Program;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.model.Variables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the Keras formats share: a configuration and weights, wherever in the file they are. */
abstract class KerasFormat implements ModelFormat {
  /** Opens the file and finds its parts; tensors are not read yet. */
  abstract KerasFile open(Path path) throws IOException;

  @Override
  public Loaded load(Path path) throws IOException {
    try (KerasFile file = open(path)) {
      LayerNode root = root(file);
      List<Inspection.Item> problems = items(root, root.name()).stream().filter(i -> !i.supported()).toList();
      if (!problems.isEmpty()) {
        List<String> reasons = problems.stream().map(i -> i.path() + ": " + i.problem()).toList();
        throw new UnsupportedModelException("model: expected supported layers but was " + reasons.size()
            + " that are not: " + String.join("; ", reasons) + ", at " + path, reasons);
      }
      KerasProgram program = new KerasProgram(root, file.where());
      return new Loaded(program, new Variables(program.variables(), values(program, file)));
    }
  }

  private static LayerNode root(KerasFile file) {
    LayerNode root = LayerReader.read(file.config(), new FieldType.Context(file.dialect(), "config"));
    if (!ModelReader.isModel(file.config(), LayerReader.config(file.config(), "config"))) {
      if (!(root.layer() instanceof Unsupported)) {
        throw new ModelFormatException(
            "model: expected a Sequential or Functional model but was " + root.layer().className() + ", at " + file.where());
      }
    }
    return root;
  }

  private static Map<String, Tensor> values(KerasProgram program, KerasFile file) {
    Map<String, Hdf5Dataset> places = file.layout().find(program, file.weights());
    Map<String, Tensor> values = new LinkedHashMap<>();
    List<String> wrong = new ArrayList<>();
    for (Variable v : program.variables()) {
      if (!v.stored()) {
        values.put(v.key(), Tensor.zeros(v.type()));
        continue;
      }
      Hdf5Dataset d = places.get(v.key());
      if (!fits(d.shape(), v)) {
        wrong.add(v.key() + " " + v.type().shape() + " but was " + d);
        continue;
      }
      values.put(v.key(), d.read().cast(v.type().dtype()));
    }
    if (!wrong.isEmpty()) {
      throw new ModelFormatException("weights: expected " + String.join("; ", wrong) + ", at " + file.where());
    }
    return values;
  }

  /** Shapes are compared before anything is read: a damaged file may claim any size. */
  private static boolean fits(long[] shape, Variable v) {
    int[] dims = v.type().shape().dims();
    boolean fits = shape.length == dims.length;
    for (int i = 0; fits && i < dims.length; i++) {
      fits = shape[i] == dims[i];
    }
    return fits;
  }

  @Override
  public Inspection inspect(Path path) throws IOException {
    try (KerasFile file = open(path)) {
      LayerNode root = root(file);
      List<Inspection.Item> items = items(root, root.name());
      List<String> notes = new ArrayList<>();
      carried(root, root.name(), notes);
      Signature signature = new Signature(Signature.DEFAULT, List.of(), List.of());
      if (items.stream().allMatch(Inspection.Item::supported)) {
        signature = program(root, file, notes, signature);
      }
      long parameters = file.stored().stream().mapToLong(Hdf5Dataset::size).sum();
      long bytes = file.stored().stream().mapToLong(d -> d.size() * Math.max(1, d.dtype().bytes())).sum();
      return new Inspection(name(), file.producer(), root.layer().className() + " model '" + root.name() + "'", items,
          signature.inputs(), signature.outputs(), parameters, bytes, notes);
    }
  }

  private static Signature program(LayerNode root, KerasFile file, List<String> notes, Signature none) {
    try {
      Program program = new KerasProgram(root, file.where());
      return program.signatures().get(0);
    } catch (ModelFormatException | UnsupportedModelException | ShapeException e) {
      notes.add("cannot be built: " + e.getMessage());
      return none;
    }
  }

  /** Every layer below {@code node}, with its support. */
  private static List<Inspection.Item> items(LayerNode node, String path) {
    List<Inspection.Item> items = new ArrayList<>();
    if (node.layer() instanceof Unsupported u) {
      items.add(new Inspection.Item(path, u.className(), u.reason()));
      return items;
    }
    List<Child> children = node.layer().children(node.policy());
    if (children.isEmpty() || !children.get(0).listed()) {
      items.add(new Inspection.Item(path, node.layer().className(), ""));
    }
    for (Child c : children) {
      items.addAll(items(c.node(), path + "/" + c.node().name()));
    }
    return items;
  }

  private static void carried(LayerNode node, String path, List<String> notes) {
    if (!node.carried().isEmpty()) {
      notes.add("keys that are kept but not understood: " + node.carried().keySet() + ", at " + path);
    }
    node.layer().children(node.policy()).forEach(c -> carried(c.node(), path + "/" + c.node().name(), notes));
  }
}
