package dev.posthorn.plan;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.kernel.Workers;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Profile;
import dev.posthorn.model.Variables;
import dev.posthorn.pass.CountLoops;
import dev.posthorn.pass.FoldAffine;
import dev.posthorn.pass.FoldPad;
import dev.posthorn.pass.FuseAttention;
import dev.posthorn.pass.FuseBottleneck;
import dev.posthorn.pass.FuseElementwise;
import dev.posthorn.pass.FuseEpilogue;
import dev.posthorn.pass.FuseScale;
import dev.posthorn.pass.FuseSums;
import dev.posthorn.pass.HoistSums;
import dev.posthorn.pass.JoinTransposes;
import dev.posthorn.pass.MoveFactors;
import dev.posthorn.pass.MovePoolMasks;
import dev.posthorn.pass.MoveReshapes;
import dev.posthorn.pass.Recompute;
import dev.posthorn.pass.RecoverActivations;
import dev.posthorn.pass.RecoverCells;
import dev.posthorn.pass.RecoverFunctions;
import dev.posthorn.pass.Specialise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The fast backend: passes, a plan, and our own kernels. */
public final class JavaBackend implements Backend {
    private final Options options;
    private final OptionalLong memory;
    private final Workers workers;

    public JavaBackend() {
        this(Options.DEFAULT, OptionalLong.empty(), Workers.shared());
    }

    private JavaBackend(Options options, OptionalLong memory, Workers workers) {
        this.options = options;
        this.memory = memory;
        this.workers = workers;
    }

    @Override
    public JavaBackend within(long bytes) {
        return new JavaBackend(options, OptionalLong.of(bytes), workers);
    }

    @Override
    public String name() {
        return "java" + options;
    }

    /** With larger tiles of Winograd, or those that {@code -Dposthorn.winograd} asks for where the options do not say. */
    @Override
    public JavaBackend with(Options o) {
        if (!o.equals(Options.DEFAULT.winograd(o.winograd()))) {
            throw new IllegalArgumentException(
                    "backend java: expected no device but cpu, no compiler and no loader of its own but was '" + o
                            + "' (backend tensorflow has them)");
        }
        JavaBackend other = new JavaBackend(o, memory, workers);
        other.winograd(); // or refused
        return other;
    }

    /** Outputs a side of the largest tiles of Winograd. */
    private int winograd() {
        String who = "backend java: winograd";
        String text = options.winograd();
        if (text.isEmpty()) {
            who = "-Dposthorn.winograd";
            text = System.getProperty("posthorn.winograd", "2");
        }
        if (!text.equals("2") && !text.equals("4")) {
            throw new IllegalArgumentException(who + ": expected 2 or 4 but was '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    @Override
    public Executable compile(Graph graph, Variables.Snapshot variables, Set<String> changing) {
        Set<String> states = new HashSet<>(changing);
        states.addAll(graph.updates().keySet());
        Graph bound = bind(graph, states, variables);
        Graph known =
                Specialise.apply(HoistSums.apply(RecoverFunctions.apply(RecoverCells.apply(CountLoops.apply(bound)))));
        Graph legal = improve(FoldPad.apply(known));
        List<Variable> read = legal.variables();
        Plan plan = memory.isPresent()
                ? Planner.plan(legal, workers, winograd(), memory.getAsLong())
                : Planner.plan(legal, workers, winograd());
        return new Executable() {
            @Override
            public List<Tensor> run(List<Tensor> inputs, Variables.Snapshot now) {
                return run(inputs, now, List.of());
            }

            @Override
            public List<Tensor> run(List<Tensor> inputs, Variables.Snapshot now, List<Tensor> spare) {
                if (read.isEmpty()) {
                    return plan.run(inputs, spare);
                }
                List<Tensor> all = new ArrayList<>(inputs);
                read.forEach(v -> all.add(now.get(v.key())));
                return plan.run(all, spare);
            }

            @Override
            public Optional<Profile> profile(List<Tensor> inputs, Variables.Snapshot now, int runs) {
                List<Tensor> all = new ArrayList<>(inputs);
                read.forEach(v -> all.add(now.get(v.key())));
                return Optional.of(plan.profile(all, runs));
            }

            @Override
            public String explain() {
                return "plan of the backend java\n" + plan;
            }
        };
    }

    /** Variables that do not change become constants; the others stay, as further inputs. */
    private static Graph bind(Graph graph, Set<String> states, Variables.Snapshot variables) {
        return Rewriter.apply(
                graph,
                (b, op, in) -> op instanceof Variable v && !states.contains(v.key())
                        ? List.of(b.constant(variables.get(v.key())))
                        : null);
    }

    /** All passes, for a graph and then for the graphs inside of its ops. */
    private static Graph improve(Graph g) {
        Graph named = Rewriter.apply(
                MovePoolMasks.apply(g), JoinTransposes::rule, MoveReshapes::aroundProducts, RecoverActivations::rule);
        Graph folded = Rewriter.apply(
                FuseAttention.apply(FoldAffine.apply(named)), MoveReshapes::behindSums, JavaBackend::legalise);
        Graph fused = FuseEpilogue.apply(folded, op -> Activations.of(op).isPresent());
        Graph legal = Rewriter.apply(fused, MoveFactors::rule, FuseSums::factor, JavaBackend::legalise);
        Graph together = FuseElementwise.apply(legal, n -> ProgramRule.elementwise(n.op(), n.inputs()));
        Graph summed = FuseSums.apply(
                Recompute.apply(together, ProgramRule::isPass, ProgramRule::isSum),
                ProgramRule::isPass,
                ProgramRule::isSum);
        return Rewriter.inside(FuseScale.apply(FuseBottleneck.apply(summed)), JavaBackend::improve);
    }

    private static List<Value> legalise(Builder b, Op op, List<Value> in) {
        return op instanceof Op.Composite c && Steps.of(op, in).isEmpty() ? c.expand(b, in) : null;
    }
}
