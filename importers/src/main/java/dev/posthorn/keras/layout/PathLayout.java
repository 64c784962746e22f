package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.hdf5.Hdf5Object;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Naming;
import dev.posthorn.keras.Weight;
import dev.posthorn.model.WeightSelection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keras 3's {@code .weights.h5}, also inside of {@code .keras}: groups follow the Python attributes that hold layers,
 * lists of layers are numbered by class ({@code layers/dense_1}), and a layer's own variables are {@code vars/0, 1, …},
 * trainable ones first. Names of layers play no part. Source: keras/src/saving/saving_lib.py.
 */
public final class PathLayout implements Layout {
  @Override
  public Map<String, Hdf5Dataset> find(KerasProgram program, Hdf5Group root, WeightSelection selection) {
    Walk walk = new Walk(program);
    walk.visit(program.root(), "", Optional.of(root));
    return walk.found;
  }

  private static final class Walk {
    private final KerasProgram program;
    private final Map<String, Hdf5Dataset> found = new LinkedHashMap<>();

    Walk(KerasProgram program) {
      this.program = program;
    }

    void visit(LayerNode node, String path, Optional<Hdf5Group> group) {
      List<Weight> own = program.weights(path);
      Stream<Weight> trainable = own.stream().filter(w -> w.stored() && w.trainable());
      Stream<Weight> others = own.stream().filter(w -> w.stored() && !w.trainable());
      List<Weight> order = Stream.concat(trainable, others).toList();
      for (int i = 0; i < order.size(); i++) {
        int place = i + node.layer().borrowedWeights();
        Optional<Hdf5Object> dataset = child(child(group, "vars"), Integer.toString(place));
        String key = path.isEmpty() ? order.get(i).name() : path + "/" + order.get(i).name();
        if (dataset.isPresent() && dataset.get() instanceof Hdf5Dataset d) {
          found.put(key, d);
        }
      }
      Map<String, Naming.Unique> lists = new HashMap<>();
      for (Child c : node.layer().children(node.policy())) {
        Optional<Hdf5Group> below = asGroup(child(group, c.attribute()));
        if (c.listed()) {
          String numbered = lists.computeIfAbsent(c.attribute(), k -> new Naming.Unique())
              .next(Naming.snakeCase(c.node().layer().sourceName()));
          below = asGroup(child(below, numbered));
        }
        String inner = path.isEmpty() ? c.node().name() : path + "/" + c.node().name();
        visit(c.node(), inner, below);
      }
    }

    private static Optional<Hdf5Object> child(Optional<? extends Hdf5Object> parent, String name) {
      return parent.isPresent() && parent.get() instanceof Hdf5Group g ? g.child(name) : Optional.empty();
    }

    private static Optional<Hdf5Group> asGroup(Optional<Hdf5Object> object) {
      return object.isPresent() && object.get() instanceof Hdf5Group g ? Optional.of(g) : Optional.empty();
    }
  }
}
