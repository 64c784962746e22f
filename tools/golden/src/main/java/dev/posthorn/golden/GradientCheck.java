package dev.posthorn.golden;

import dev.posthorn.autograd.Backward;
import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variable;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npz;
import dev.posthorn.train.TrainableProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Repeats the recorded gradients of a case, {@code grads.npz}: those of its first calls by their inputs and trainable
 * weights, in inference and, where no randomness is in it, in training, with what the layers give and leave behind then; with
 * randomness in it, its statistics.
 */
final class GradientCheck {
    /** How far a derivative may be off, as a fraction of the largest of its tensor; more where the case allows its outputs more. */
    private static final double TOLERANCE = 1e-4;

    /** And of the largest of the case: sums that cancel to nothing but what float32 rounds. */
    private static final double ROUNDING = 1e-6;

    private final Case c;
    private final Model model;
    private final Variables.Snapshot weights;
    private final Npz recorded;
    private final CaseWeights keys;
    private final double largest;
    private final List<Check> checks = new ArrayList<>();

    GradientCheck(Case c, Model model, Variables.Snapshot weights, Npz recorded) throws IOException {
        this.c = c;
        this.model = model;
        this.weights = weights;
        this.recorded = recorded;
        this.keys = CaseWeights.read(c.expected().resolveSibling(Case.FILE), model);
        double max = 0;
        for (String key : recorded.names()) {
            max = key.contains("d.") ? Math.max(max, Tolerance.scale(recorded.get(key))) : max;
        }
        this.largest = max;
    }

    /** All that is recorded. */
    List<Check> run(Npz expected) throws IOException {
        Set<String> checked = new HashSet<>();
        boolean trains = model.program() instanceof TrainableProgram p && p.hasLayers();
        for (Call call : c.calls()) {
            boolean named = call.outputs().get(0).key().startsWith(call.signature() + ".");
            String prefix = named ? call.signature() + "." : "";
            if (call.batch() == 0) {
                for (Mode mode : trains ? Mode.values() : new Mode[] {Mode.INFERENCE}) {
                    repeat(call, prefix, mode, expected, checked);
                }
            }
        }
        List<String> unchecked = recorded.names().stream()
                .filter(k -> k.contains("d.w.")
                        || k.contains("d.in.")
                        || k.startsWith("train.out.")
                        || k.startsWith("train.state.")
                        || StatisticsCheck.isStatistic(k)
                        || k.equals("train.added_losses"))
                .filter(k -> !checked.contains(k) && (trains || !k.startsWith("train.")))
                .toList();
        if (!unchecked.isEmpty() && checks.stream().allMatch(Check::passed)) {
            checks.add(Check.problem("gradients", "expected to check all arrays but was none for " + unchecked));
        }
        return checks;
    }

    private void repeat(Call call, String prefix, Mode mode, Npz expected, Set<String> checked) throws IOException {
        String way = prefix + (mode == Mode.TRAINING ? "train." : "");
        if (recorded.names().stream()
                .noneMatch(
                        k -> k.startsWith(way + "d.") || k.startsWith(way + "out.") || k.startsWith(way + "stat."))) {
            return;
        }
        Signature signature = model.signature(call.signature());
        List<Call.Array> in = Call.ordered(call.inputs(), signature.inputs(), "inputs");
        List<Call.Array> out = Call.ordered(call.outputs(), signature.outputs(), "outputs");
        List<Tensor> arguments = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            arguments.add(expected.get(in.get(i).key())
                    .cast(signature.inputs().get(i).type().dtype()));
        }
        if (mode == Mode.TRAINING) {
            checks.addAll(new StatisticsCheck(model, weights, recorded).run(signature, arguments));
            recorded.names().stream().filter(StatisticsCheck::isStatistic).forEach(checked::add);
        }
        List<TensorType> types = arguments.stream().map(Tensor::type).toList();
        Set<String> trainable = model.variables().list().stream()
                .filter(Variable::trainable)
                .map(Variable::key)
                .collect(Collectors.toSet());
        Backward backward = Backward.of(model.program().lower(call.signature(), types, mode), trainable);
        List<Value> cotangents = backward.graph()
                .inputs()
                .subList(in.size(), backward.graph().inputs().size());
        int next = 0;
        for (int i = 0; i < out.size(); i++) {
            if (next < cotangents.size() && real(out.get(i), expected)) {
                TensorType type = cotangents.get(next++).type();
                String key = prefix + "cot." + ending(out.get(i), ".out.");
                boolean given = recorded.names().contains(key);
                arguments.add(given ? recorded.get(key).cast(type.dtype()) : Tensor.zeros(type));
            }
        }
        Map<String, Tensor> was = backward.named(
                model.backend().compile(backward.graph(), weights).run(arguments, weights));
        for (String key : recorded.names()) {
            if (key.startsWith(way + "d.in.")) {
                String name = key.substring((way + "d.in.").length());
                int i = in.stream().map(a -> ending(a, ".in.")).toList().indexOf(name);
                compare(key, backward.inputs().get(i).map(was::get));
            } else if (key.startsWith(way + "d.w.")) {
                List<String> variables = keys.all(
                        key.substring((way + "d.w.").length()),
                        recorded.get(key).shape());
                compare(
                        key,
                        variables.stream()
                                .map(v -> backward.variables().get(v))
                                .filter(Objects::nonNull)
                                .map(was::get)
                                .reduce(GradientCheck::sum));
            } else if (mode == Mode.TRAINING && key.startsWith(way + "out.")) {
                int i = Integer.parseInt(key.substring((way + "out.").length()));
                compare(key, Optional.ofNullable(was.get("y." + i)));
            } else if (mode == Mode.TRAINING && key.startsWith(way + "state.")) {
                String variable = keys.variable(
                        key.substring((way + "state.").length()),
                        recorded.get(key).shape());
                compare(key, Optional.ofNullable(was.get("update." + variable)));
            } else if (mode == Mode.TRAINING && key.equals(way + "added_losses")) {
                compare(key, Optional.of(addedLosses(arguments.subList(0, in.size()))));
            } else {
                continue;
            }
            checked.add(key);
        }
    }

    /** What the layers add to the loss in a call that trains. */
    private Tensor addedLosses(List<Tensor> arguments) {
        if (!(model.program() instanceof TrainableProgram program)) {
            throw new IllegalStateException("gradients: expected a model that adds losses but was " + model.name());
        }
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        arguments.forEach(t -> in.add(b.input("in" + in.size(), t.type())));
        Map<String, Value> losses = new LinkedHashMap<>();
        program.forward(b, in, Mode.TRAINING)
                .losses()
                .forEach(v -> losses.put("loss" + losses.size(), b.cast(v, DType.FLOAT64)));
        List<Tensor> was =
                model.backend().compile(b.graph(in, losses, Map.of()), weights).run(arguments, weights);
        double[] values = was.stream().mapToDouble(t -> t.getDouble(0)).toArray();
        return Tensor.of(Shape.of(values.length), values);
    }

    private static Tensor sum(Tensor a, Tensor b) {
        Tensor sum = Tensor.zeros(a.type());
        for (int i = 0; i < sum.size(); i++) {
            sum.setDouble(i, a.getDouble(i) + b.getDouble(i));
        }
        return sum;
    }

    private static boolean real(Call.Array a, Npz expected) throws IOException {
        return Adjoint.isReal(expected.get(a.key()).dtype());
    }

    private static String ending(Call.Array a, String after) {
        int at = a.key().indexOf(after);
        return a.key().substring(at + after.length());
    }

    /** Layers that compute in 16 bits round as coarsely backward as forward. */
    private double tolerance() {
        return Math.max(TOLERANCE, c.tolerance().rtol() > 1e-3 ? c.tolerance().rtol() : 0);
    }

    /** Compares with what is recorded; nothing is as good as zeros. */
    private void compare(String key, Optional<Tensor> found) throws IOException {
        Tensor expected = recorded.get(key);
        Tensor was = found.orElseGet(() -> Tensor.zeros(expected.type()));
        if (was.dtype() != expected.dtype() && expected.dtype() == DType.FLOAT32) {
            was = was.cast(DType.FLOAT32); // bfloat16 is recorded so
        }
        Tolerance allowed = new Tolerance(0, tolerance() * Tolerance.scale(expected) + ROUNDING * largest);
        checks.add(new Check(key, Comparison.of(expected, was, allowed), allowed));
    }
}
