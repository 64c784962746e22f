package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** Binds one family of ops to its kernel. One file a family; all of them stand in {@link Steps#ALL}. */
interface StepRule {
    /** Whether the kernel takes this op with operands of these types, all of them known. */
    boolean takes(Op op, List<Value> in);

    /** The step for a node that {@link #takes} accepts; everything that can be prepared is prepared here, once. */
    Step compile(Node node, Room room);

    /** What a rule sees of the plan that is being made. */
    interface Room {
        /** The slot of a value. */
        Slot slot(Value v);

        /** The constant value of an operand, for packing; the operand then needs no slot at run time. */
        Optional<Tensor> constant(Value v);

        /** A slot of a constant that is no value of the graph. */
        Slot constantSlot(Tensor value);

        /** Room for what the step keeps while it runs. */
        Slot temporary(TensorType type);

        /** Whether an operand is the same in all runs of the plan that follow one preparation: a capture of a loop. */
        boolean isFixed(Value v);

        /** Room for what the step makes when it is {@linkplain Step#prepare prepared}. */
        Slot kept(TensorType type);

        /**
         * The plan of a graph that the step runs inside of this one.
         *
         * @param fixed the first of the inputs that stay the same from one {@link Nested#prepare} to the next
         */
        Nested nest(Graph body, int fixed);

        /** Outputs a side of the largest tiles of Winograd that may compute with weights that stay. */
        int winograd();
    }

    /** Whether all of these are float32 of known shape. */
    static boolean float32(List<Value> values) {
        return values.stream()
                .allMatch(v -> v.dtype() == DType.FLOAT32 && v.shape().isKnown());
    }
}
