package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.kernel.Workers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes a plan of a graph whose composites are those that kernels take: a step a node, a place a value. */
final class Planner implements StepRule.Room {
    /** How often a bound of memory is tried to be met. */
    private static final int TRIES = 5;

    private final Graph graph;
    private final Workers workers;
    /** Inputs that stay the same while the plan runs again and again. */
    private final Set<Value> fixed;

    private final List<Slot> kept = new ArrayList<>();
    private final int winograd;
    private final Map<Value, Slot> slots = new HashMap<>();
    private final List<Slot> all = new ArrayList<>();
    private final Map<Integer, Tensor> constants = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final Map<Integer, Integer> first = new HashMap<>();
    private final Map<Integer, Integer> last = new HashMap<>();
    private final List<Plan> nested = new ArrayList<>();
    /** Slots whose elements a step reads or writes; of other constants, steps keep what they made of them. */
    private final Set<Integer> wanted = new HashSet<>();

    private Planner(Graph graph, Workers workers, Set<Value> fixed, int winograd) {
        this.graph = graph;
        this.workers = workers;
        this.fixed = fixed;
        this.winograd = winograd;
    }

    /** @param winograd outputs a side of the largest tiles of Winograd */
    static Plan plan(Graph graph, Workers workers, int winograd) {
        return new Planner(graph, workers, Set.of(), winograd).plan(graph.nodes());
    }

    /**
     * A plan whose values take so many bytes at most, because some are computed again.
     *
     * @throws IllegalArgumentException where no such plan is found, with the least bytes of one that is
     */
    static Plan plan(Graph graph, Workers workers, int winograd, long bytes) {
        Plan plan = plan(graph, workers, winograd);
        long least = plan.bytes();
        long alive = bytes;
        for (int i = 0; least > bytes && i <= TRIES; i++) {
            plan = new Planner(graph, workers, Set.of(), winograd).plan(Rematerialisation.order(graph, alive));
            least = Math.min(least, plan.bytes());
            // what steps need for themselves, and gaps between values, come on top of what is alive
            alive = i == TRIES - 1 ? 0 : alive * bytes / Math.max(1, plan.bytes());
        }
        if (least > bytes) {
            throw new IllegalArgumentException("plan: expected a bound of at least " + least
                    + " bytes for intermediate values but was " + bytes + " (a smaller batch needs less)");
        }
        return plan;
    }

    /** @param order the graph's nodes, some of them more than once: readers read what was made last */
    private Plan plan(List<Node> order) {
        List<Value> results = new ArrayList<>(graph.results());
        results.addAll(graph.updates().values());
        Set<Value> whole = wholeResults(results);
        for (Node n : order) {
            if (n.op() instanceof Constant c) {
                constants.put(add(n.output(), Slot.Place.CONSTANT).index(), c.value());
            } else if (n.op() instanceof Input || n.op() instanceof Variable) {
                add(n.output(), Slot.Place.INPUT);
            } else if (isAlias(n)) {
                slots.put(n.output(), alias(n));
            } else {
                n.values().forEach(v -> add(v, whole.contains(v) ? Slot.Place.OUTPUT : place(v.type())));
                step(n);
            }
        }
        results.forEach(v -> use(slots.get(v), steps.size()));
        kept.forEach(s -> {
            use(s, steps.size());
            first.put(s.index(), 0);
        });
        List<MemoryPlan.Life> lives = all.stream()
                .filter(s -> s.place() == Slot.Place.ARENA && first.containsKey(s.index()))
                .map(s -> new MemoryPlan.Life(
                        s.index(), s.type().dtype(), elements(s.type()), first.get(s.index()), last.get(s.index())))
                .toList();
        List<Integer> inputs = new ArrayList<>(
                graph.inputs().stream().map(v -> slot(v).index()).toList());
        graph.nodes().stream()
                .filter(n -> n.op() instanceof Variable)
                .forEach(n -> inputs.add(slot(n.output()).index()));
        List<Slot> resultSlots = results.stream().map(this::slot).toList();
        constants.keySet().retainAll(wanted);
        return new Plan(
                nodes.stream().map(Planner::alone).toList(),
                steps,
                all,
                constants,
                inputs,
                resultSlots,
                MemoryPlan.of(lives),
                nested,
                workers);
    }

    /** Results that their own steps may write where the caller receives them: made by a step, and each named once. */
    private static Set<Value> wholeResults(List<Value> results) {
        Set<Value> seen = new HashSet<>();
        Set<Value> twice = new HashSet<>();
        for (Value v : results) {
            if (!seen.add(v)) {
                twice.add(v);
            }
        }
        seen.removeAll(twice);
        seen.removeIf(v -> place(v.type()) != Slot.Place.ARENA);
        return seen;
    }

    private static Slot.Place place(TensorType t) {
        return t.shape().isKnown() && t.dtype() != DType.STRING ? Slot.Place.ARENA : Slot.Place.DYNAMIC;
    }

    /** Bytes of an element in its array. */
    static int elementBytes(DType dtype) {
        Class<?> element = Tensor.storage(dtype).getComponentType();
        return element == byte.class || element == boolean.class
                ? 1
                : element == short.class ? 2 : element == long.class || element == double.class ? 8 : 4;
    }

    /** The length of a value's range in its array. */
    static int elements(TensorType t) {
        return t.shape().size() * (t.dtype().kind() == DType.Kind.COMPLEX ? 2 : 1);
    }

    private Slot add(Value v, Slot.Place place) {
        Slot s = new Slot(all.size(), v.type(), place);
        all.add(s);
        slots.put(v, s);
        return s;
    }

    /** A reshape of a static value takes no step: it is the same elements. */
    private boolean isAlias(Node n) {
        return n.op() instanceof Reshape
                && n.output().shape().isKnown()
                && slots.get(n.input(0)).isStatic();
    }

    private Slot alias(Node n) {
        Slot from = slots.get(n.input(0));
        return new Slot(from.index(), n.output().type(), from.place());
    }

    private void step(Node n) {
        int now = steps.size();
        Optional<StepRule> rule = Steps.of(n.op(), n.inputs());
        Step step = rule.isPresent()
                ? rule.get().compile(n, this)
                : new ReferenceStep(
                        (Op.Primitive) n.op(),
                        n.inputs().stream().map(this::slot).toList(),
                        n.values().stream().map(this::slot).toList(),
                        n.name());
        steps.add(step);
        nodes.add(n);
        n.inputs().forEach(v -> use(slots.get(v), now));
        n.values().forEach(v -> use(slots.get(v), now));
    }

    /** A node without those before it, and without the values of constants: to be shown, not to be computed. */
    private static Node alone(Node n) {
        List<Value> inputs = new ArrayList<>();
        for (Value v : n.inputs()) {
            Node from = v.node();
            Op op = from.op() instanceof Constant ? new Input(from.name(), v.type()) : from.op();
            inputs.add(new Value(new Node(from.id(), from.name(), op, List.of(), from.outputs()), v.index()));
        }
        return new Node(n.id(), n.name(), n.op(), inputs, n.outputs());
    }

    private void use(Slot s, int step) {
        first.putIfAbsent(s.index(), step);
        last.put(s.index(), step);
    }

    @Override
    public Slot slot(Value v) {
        Slot s = slots.get(v);
        wanted.add(s.index());
        return s;
    }

    @Override
    public Optional<Tensor> constant(Value v) {
        return v.node().op() instanceof Constant c ? Optional.of(c.value()) : Optional.empty();
    }

    @Override
    public Nested nest(Graph body, int fixed) {
        Set<Value> same = Set.copyOf(body.inputs().subList(fixed, body.inputs().size()));
        Plan plan = new Planner(body, workers, same, winograd).plan(body.nodes());
        nested.add(plan);
        return new Nested(plan, nested.size() - 1);
    }

    @Override
    public int winograd() {
        return winograd;
    }

    @Override
    public Slot constantSlot(Tensor value) {
        Slot s = new Slot(all.size(), value.type(), Slot.Place.CONSTANT);
        all.add(s);
        constants.put(s.index(), value);
        wanted.add(s.index());
        return s;
    }

    @Override
    public boolean isFixed(Value v) {
        return fixed.contains(v);
    }

    @Override
    public Slot kept(TensorType type) {
        Slot s = new Slot(all.size(), type, Slot.Place.ARENA);
        all.add(s);
        kept.add(s);
        return s;
    }

    @Override
    public Slot temporary(TensorType type) {
        Slot s = new Slot(all.size(), type, Slot.Place.ARENA);
        all.add(s);
        use(s, steps.size());
        return s;
    }
}
