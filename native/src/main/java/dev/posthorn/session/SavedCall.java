package dev.posthorn.session;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Port;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import dev.posthorn.tensorflow.Entry;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Optional;

/** A signature of a SavedModel that TensorFlow's own loader has loaded. */
record SavedCall(SavedProgram program, NativeCall call) implements Backend.Executable {
    /** Its node in a graph: {@code x… → y…}, as the signature has it. */
    record Op(SavedProgram program, Entry entry) implements dev.posthorn.ir.Op.Primitive {
        @Override
        public String name() {
            return "SavedCall";
        }

        @Override
        public List<TensorType> infer(Operands in) {
            in.count(entry.signature().inputs().size());
            return entry.signature().outputs().stream().map(Port::type).toList();
        }

        @Override
        public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
            return prepared().run(in, null);
        }

        @Override
        public boolean pure() {
            return false; // variables may change
        }

        SavedCall prepared() {
            return new SavedCall(
                    program,
                    program.session()
                            .call(
                                    List.copyOf(entry.inputs().values()),
                                    List.of(),
                                    List.copyOf(entry.outputs().values())));
        }

        @Override
        public String toString() {
            return "SavedCall[" + program + ", " + entry.signature().name() + "]";
        }
    }

    /**
     * The call that a graph is; empty where there is none in it.
     *
     * @throws UnsupportedModelException where there is more around it: gradients, a trainer's step
     */
    static Optional<SavedCall> of(Graph graph) {
        List<Node> calls =
                graph.nodes().stream().filter(n -> n.op() instanceof Op).toList();
        if (calls.isEmpty()) {
            return Optional.empty();
        }
        Node call = calls.get(0);
        boolean alone = call.inputs().equals(graph.inputs())
                && call.values().equals(graph.results())
                && graph.updates().isEmpty();
        if (!alone) {
            throw new UnsupportedModelException(
                    "tensorflow:as-is: expected a call but was a graph around it: a SavedModel"
                            + " as it is has no gradients and cannot be trained (leave out as-is), at " + call.op());
        }
        return Optional.of(((Op) call.op()).prepared());
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, Variables.Snapshot now) {
        try {
            return call.run(inputs);
        } finally {
            Reference.reachabilityFence(program); // the session is closed when nothing holds this any more
        }
    }

    /** Closes the session of all signatures. */
    @Override
    public void close() {
        program.session().close();
    }

    @Override
    public String explain() {
        return "SavedModel in a session of TensorFlow " + NativeLibrary.version() + " on "
                + program.session().devices() + ", as it is\n";
    }
}
