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

    /** An op that says how the derivatives by its outputs become those by its operands, in ops that say so too. */
    interface Differentiable {
        void gradient(Adjoint g);
    }

    /** An op with a reference implementation: all that a backend must be able to run. */
    non-sealed interface Primitive extends Op, Differentiable {
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

        /**
         * Writes the gradient. An op whose outputs are no real numbers is never asked; one that is constant in an operand says
         * {@link Adjoint#none}. Where it is not given, training through the op is an error that names its place.
         */
        @Override
        default void gradient(Adjoint g) {
            g.undefined();
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

    /**
     * An op defined by other ops. Types, reference result and gradient follow from the expansion; one that is
     * {@link Differentiable} brings a gradient of its own, for it is numerically better or much cheaper.
     */
    non-sealed interface Composite extends Op {
        List<Value> expand(Builder b, List<Value> in);
    }
}
