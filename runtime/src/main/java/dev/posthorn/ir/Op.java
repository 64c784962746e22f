package dev.posthorn.ir;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a node does. An op is a record: its components are its attributes, so equality, hashing and printing are free.
 */
public sealed interface Op permits Op.Primitive, Op.Composite {
    default String name() {
        return getClass().getSimpleName();
    }

    /** This op with every sub-graph it holds replaced; itself where it holds none. */
    default Op mapBodies(UnaryOperator<Graph> f) {
        return this;
    }

    /** An op with a reference implementation: all that a backend must be able to run. */
    non-sealed interface Primitive extends Op {
        /** The types of the outputs. Every check of operands lives here; messages begin with "expected". */
        List<TensorType> infer(Operands in);

        /**
         * The outputs' values, by obvious loops; floating-point sums accumulate in double. {@code out} is what infer gave.
         */
        List<Tensor> eval(List<Tensor> in, List<TensorType> out);

        /** The outputs' values where they follow from the operands' types alone. */
        default Optional<List<Tensor>> known(Operands in) {
            return Optional.empty();
        }

        /** Whether the same operands always give the same result, so that constants may be folded. */
        default boolean pure() {
            return true;
        }
    }

    /** A primitive with one output. */
    interface Single extends Primitive {
        TensorType type(Operands in);

        Tensor value(List<Tensor> in, TensorType out);

        @Override
        default List<TensorType> infer(Operands in) {
            return List.of(type(in));
        }

        @Override
        default List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
            return List.of(value(in, out.get(0)));
        }
    }

    /** An op defined by other ops. Types, reference result and gradient follow from the expansion. */
    non-sealed interface Composite extends Op {
        List<Value> expand(Builder b, List<Value> in);
    }
}
