package dev.posthorn.model;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.TensorType;
import java.util.List;

/** What import produced: a model as its own format describes it, from which graphs are made. Immutable. */
public interface Program {
  List<Signature> signatures();

  /** The variables of the program, in its own order. */
  List<Variable> variables();

  /** The graph of a signature for inputs of these types, which may have unknown dimensions. */
  Graph lower(String signature, List<TensorType> inputs, Mode mode);

  /** What {@code summary} lists: layers or functions, in order. */
  List<Part> parts();

  /** The model's own name. */
  String name();

  /**
   * A layer (or function) of the program.
   *
   * @param type its class name
   * @param outputs the types of its outputs
   * @param parameters the elements of all of its weights
   * @param trainableParameters of these, those that training changes
   * @param inputs the names of the layers that it takes its inputs from
   * @param parts the layers inside of it, where it is a model itself
   */
  record Part(
      String name,
      String type,
      List<TensorType> outputs,
      long parameters,
      long trainableParameters,
      List<String> inputs,
      List<Part> parts) {}
}
