package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Select;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.kernel.Comparison;
import dev.posthorn.kernel.Program;
import dev.posthorn.kernel.ProgramMaker;
import dev.posthorn.kernel.Storage;
import dev.posthorn.kernel.simd.Simd;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is computed element by element, of any fixed type: one function, or many of them fused. */
final class ProgramRule implements StepRule {
    private static final Map<DType, Storage> STORAGE = new EnumMap<>(DType.class);

    static {
        for (Storage s : Storage.values()) {
            STORAGE.put(DType.valueOf(s.name()), s);
        }
    }

    /** How elements of a type are stored, where programs compute with them. */
    static Optional<Storage> storage(DType dtype) {
        return Optional.ofNullable(STORAGE.get(dtype));
    }

    /** Whether a shape operand is known when the plan is made. */
    static boolean constantShape(Value shape) {
        return shape.node().op() instanceof Constant;
    }

    @Override
    public boolean takes(Op op, List<Value> in) {
        if (op instanceof Fused f) {
            return f.body().nodes().stream()
                            .allMatch(n -> isLeaf(n.op())
                                    || isSum(n)
                                    || elementwise(n.op(), n.inputs())
                                            && isComputed(n.output().type()))
                    && f.body().results().stream().allMatch(v -> box(v).equals(box(f)));
        }
        return elementwise(op, in);
    }

    /** Whether a node is computed element by element in one pass, itself or a group of others. */
    static boolean isPass(Node n) {
        return n.op() instanceof Fused f
                ? f.body().nodes().stream().allMatch(m -> isLeaf(m.op()) || elementwise(m.op(), m.inputs()))
                : elementwise(n.op(), n.inputs());
    }

    /** Over which box a result is computed. */
    private static Shape box(Value result) {
        return isSum(result.node()) ? result.node().input(0).shape() : result.shape();
    }

    private static Shape box(Fused f) {
        return box(f.body().results().get(0));
    }

    /** Whether a node is a sum or mean of float32 over all axes but the last, of rows that programs add up. */
    static boolean isSum(Node n) {
        if (!(n.op() instanceof Reduce r) || r.fn() != Reduce.Fn.SUM && r.fn() != Reduce.Fn.MEAN) {
            return false;
        }
        Shape x = n.input(0).shape();
        return n.input(0).dtype() == DType.FLOAT32
                && x.isKnown()
                && x.rank() > 1
                && r.axes().size() == x.rank() - 1
                && !r.axes().contains(x.rank() - 1)
                && x.size() > 0
                && x.dim(-1) > 1
                && x.dim(-1) <= Program.LONGEST_ROW;
    }

    private static boolean isLeaf(Op op) {
        return op instanceof Input || op instanceof Constant;
    }

    private static boolean isComputed(TensorType t) {
        return STORAGE.containsKey(t.dtype()) && t.shape().isKnown();
    }

    /** Whether an op is a function of one element of each of its operands, and one that programs have. */
    static boolean elementwise(Op op, List<Value> in) {
        if (op instanceof BroadcastTo) {
            return isComputed(in.get(0).type()) && constantShape(in.get(1));
        }
        boolean known = in.stream().allMatch(v -> isComputed(v.type()));
        if (!known) {
            return false;
        }
        return op instanceof Unary
                || op instanceof Binary
                || op instanceof Compare
                || op instanceof Select
                || op instanceof Cast c && STORAGE.containsKey(c.to())
                || Activations.of(op).isPresent() && StepRule.float32(in);
    }

    @Override
    public Step compile(Node node, Room room) {
        Shape box =
                node.op() instanceof Fused f ? box(f) : node.outputs().get(0).shape();
        Writer writer = new Writer(box, room);
        Slot[] y = node.values().stream().map(room::slot).toArray(Slot[]::new);
        if (node.op() instanceof Fused f) {
            for (int i = 0; i < node.inputs().size(); i++) {
                writer.slots.put(f.body().inputs().get(i), room.slot(node.input(i)));
                writer.outside.put(f.body().inputs().get(i), node.input(i));
            }
            f.body().nodes().stream().filter(n -> !isLeaf(n.op()) && !isSum(n)).forEach(writer::write);
            f.body().results().forEach(writer::result);
        } else {
            node.inputs().forEach(v -> writer.slots.put(v, room.slot(v)));
            writer.write(node);
            writer.result(node.output());
        }
        Program program = writer.maker.make();
        Slot part = program.room() == 0 ? null : room.temporary(TensorType.f32(program.room()));
        return new Pass(program, label(node.op()), writer.operands.toArray(Slot[]::new), y, part);
    }

    private static String label(Op op) {
        List<Op> ops = op instanceof Fused f ? f.ops() : List.of(op);
        String names = ops.stream().map(Op::name).limit(6).collect(Collectors.joining(" "));
        return "elements " + names + (ops.size() > 6 ? " … (" + ops.size() + ")" : "");
    }

    /** Translates nodes into a program. */
    private static final class Writer {
        final ProgramMaker maker;
        final Map<Value, Slot> slots = new HashMap<>();
        /** What inputs of a body are outside of it. */
        final Map<Value, Value> outside = new HashMap<>();

        final List<Slot> operands = new ArrayList<>();
        private final Shape box;
        private final Room room;
        private final Map<Value, Integer> values = new HashMap<>();

        Writer(Shape box, Room room) {
            this.box = box;
            this.room = room;
            maker = new ProgramMaker(Simd.best(), box.dims());
        }

        /** The value as the program has it; what comes from outside becomes an operand when it is first read. */
        private int value(Value v) {
            Integer known = values.get(v);
            if (known == null) {
                Slot slot = v.node().op() instanceof Constant c && !slots.containsKey(v)
                        ? room.constantSlot(c.value())
                        : slots.get(v);
                operands.add(slot);
                known = maker.operand(STORAGE.get(v.dtype()), ElementwiseRule.steps(v.shape(), box));
                values.put(v, known);
            }
            return known;
        }

        void result(Value v) {
            if (isSum(v.node())) {
                maker.sum(value(v.node().input(0)), ((Reduce) v.node().op()).fn() == Reduce.Fn.MEAN);
                return;
            }
            maker.result(STORAGE.get(v.dtype()), value(v));
        }

        void write(Node n) {
            values.put(n.output(), apply(n.op(), n.inputs()));
        }

        private int apply(Op op, List<Value> in) {
            int x = value(in.get(0));
            Storage type = STORAGE.get(in.get(0).dtype());
            if (op instanceof BroadcastTo) {
                return x;
            }
            if (op instanceof Cast c) {
                return type == STORAGE.get(c.to()) ? x : maker.cast(x, STORAGE.get(c.to()));
            }
            if (op instanceof Select) {
                Choices choices = new Choices(box, outside);
                Optional<dev.posthorn.kernel.Binary> pass = choices.passes(in);
                if (pass.isPresent()) {
                    Node greater = in.get(0).node().op() instanceof Compare
                            ? in.get(0).node()
                            : in.get(0).node().input(0).node();
                    return maker.binary(pass.get(), value(greater.input(0)), value(in.get(1)));
                }
                if (choices.flushes(in)) {
                    return maker.unary(dev.posthorn.kernel.Unary.FLUSH, 0, 0, value(in.get(2)));
                }
                return maker.select(x, value(in.get(1)), value(in.get(2)));
            }
            if (op instanceof Compare c) {
                return maker.compare(Comparison.valueOf(c.fn().name()), x, value(in.get(1)));
            }
            return op instanceof Binary b ? binary(b.fn(), type, x, value(in.get(1))) : unary(op, type, x);
        }

        private int unary(Op op, Storage type, int x) {
            if (maker.register(x) == Program.Register.FLOAT) {
                Activations.Applied f = Activations.of(op).orElseThrow();
                return maker.unary(f.fn(), f.alpha(), f.beta(), x);
            }
            Unary.Fn fn = ((Unary) op).fn();
            return maker.register(x) == Program.Register.DOUBLE
                    ? maker.real(fn::apply, x)
                    : maker.integer(fn::applyAsLong, type, x);
        }

        private int binary(Binary.Fn fn, Storage type, int x, int y) {
            if (type == Storage.BOOL) {
                return switch (fn) {
                    case AND -> maker.binary(dev.posthorn.kernel.Binary.MUL, x, y);
                    case OR -> maker.binary(dev.posthorn.kernel.Binary.MAX, x, y);
                    default -> maker.compare(Comparison.NE, x, y);
                };
            }
            return switch (maker.register(x)) {
                case FLOAT -> maker.binary(ElementwiseRule.BINARY.get(fn), x, y);
                case DOUBLE -> maker.real(fn::apply, x, y);
                default -> maker.integer(fn::applyAsLong, type, x, y);
            };
        }
    }

    private record Pass(Program program, String label, Slot[] x, Slot[] y, Slot part) implements Step {
        @Override
        public void run(Frame f) {
            Object[] arrays = f.arrays(x.length + y.length);
            int[] at = f.places(x.length + y.length);
            for (int i = 0; i < x.length + y.length; i++) {
                Slot s = i < x.length ? x[i] : y[i - x.length];
                arrays[i] = f.array(s);
                at[i] = f.at(s);
            }
            program.run(
                    f.workers(),
                    f.scratch(),
                    arrays,
                    at,
                    part == null ? null : f.floats(part),
                    part == null ? 0 : f.at(part));
        }
    }
}
