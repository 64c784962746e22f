package dev.posthorn.tools.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.posthorn.golden.Case;
import dev.posthorn.golden.ModelFile;
import dev.posthorn.golden.Tolerances;
import dev.posthorn.golden.Verdict;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.verify.Cases;
import dev.posthorn.tools.verify.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthorn verify}: models against recorded inputs and outputs. */
@Command(
        name = "verify",
        header = "Checks models against recorded inputs and outputs.",
        description = {
            "Loads every model file of every case, repeats the recorded calls and compares all outputs. A case is a folder with "
                    + "case.json, model files and expected.npz (arrays b<k>.in.<i> and b<k>.out.<i> of call k, and b<k>.mask.<i> "
                    + "where an output carries a mask), as the oracle writes it.",
            "With --model M --golden DIR: a model against what posthorn_capture.py recorded of it in Python ('posthorn capture-script'"
                    + " prints it): outputs, gradients, training steps, every layer; the first layer that is wrong by itself, and what"
                    + " is likely the cause.",
            "With --baseline OLD --model NEW --data D: the predictions of a retrained model against those of the old one: how many"
                    + " rows stay in their class, how far numbers are off, the rows that differ most; limits such as"
                    + " --min-agreement decide the exit code.",
            "Also repeats the gradients of cases that hold grads.npz (as the oracle writes it), but not with --as-is. Prints a line"
                    + " for each model file and one for its gradients. Exit code 0: all passed; 1: some failed; 2: nothing was found."
        })
public final class Verify implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "CASE",
            arity = "0..*",
            description = "A case folder, a folder with cases anywhere below it, or a .zip of them.")
    private List<Path> cases = List.of();

    @Option(names = "--model", description = "A model to check against the recorded calls of --expected.")
    private Path model;

    @Option(names = "--expected", description = "The recorded calls (.npz) for --model.")
    private Path expected;

    @Option(
            names = "--golden",
            paramLabel = "DIR",
            description = "What posthorn_capture.py recorded of --model in Python.")
    private Path golden;

    @Option(
            names = "--layer-tolerance",
            paramLabel = "X",
            description = "How far a layer may be off, as a part of its largest magnitude. Default: 1e-4.")
    private double layerTolerance = 1e-4;

    @Option(
            names = "--rtol",
            description = "Relative tolerance, instead of the case's; |was-expected| <= atol + rtol*|expected|.")
    private Double rtol;

    @Option(
            names = "--atol",
            description = "Absolute tolerance, instead of the case's. Default of both without a case: 1e-5.")
    private Double atol;

    @Option(
            names = "--format",
            split = ",",
            paramLabel = "FORMAT",
            description = "Only model files of these formats: keras, h5, json, savedmodel, pb.")
    private List<String> formats = List.of();

    @Option(names = "--only", paramLabel = "TEXT", description = "Only cases whose id contains this text.")
    private String only = "";

    @Option(names = "--quiet", description = "Print no line for what passed.")
    private boolean quiet;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @ArgGroup(exclusive = false, heading = "%nA retrained model against the old one:%n")
    private DriftOptions drift;

    @Mixin
    private ReportFiles files;

    @Mixin
    private Backends backend;

    @Mixin
    private Bound bound;

    @Override
    public Integer call() throws IOException {
        files.check();
        if (golden != null && drift != null) {
            throw new InputException("verify: expected either --golden or --baseline but was both");
        }
        if (golden != null) {
            return golden();
        }
        if (drift != null) {
            if (model == null || expected != null || !cases.isEmpty()) {
                throw new InputException(
                        "verify: expected --baseline with --model and --data but was another combination");
            }
            return new DriftCheck(drift, model, backend.name(), bound, files, json)
                    .run(spec.commandLine().getOut());
        }
        if (files.wanted()) {
            throw new InputException("verify: expected --golden or --baseline but was neither, at --report, --markdown,"
                    + " --junit-xml");
        }
        if ((model == null) != (expected == null) || (model == null) == cases.isEmpty()) {
            throw new InputException("expected either CASE... or --model with --expected but was "
                    + (model == null && expected == null && cases.isEmpty() ? "none of them" : "another combination"));
        }
        List<Map<String, Object>> lines = new ArrayList<>();
        int[] count = new int[2];
        PrintWriter out = spec.commandLine().getOut();
        try (Cases found = new Cases()) {
            Verification verification = new Verification(backend.name(), bound.bindings());
            for (Case c : cases(found)) {
                for (ModelFile file : models(c)) {
                    for (Verdict v : verification.verify(c, file)) {
                        count[v.passed() ? 0 : 1]++;
                        if (v.error() != null && spec.root().userObject() instanceof Posthorn p && p.debug()) {
                            v.error().printStackTrace(spec.commandLine().getErr());
                        }
                        if (json) {
                            lines.add(json(v, file, found));
                        } else if (!v.passed() || !quiet) {
                            out.println(line(v, found));
                        }
                    }
                    if (out.checkError()) { // flushes; true: nobody reads on
                        return Posthorn.UNUSABLE;
                    }
                }
            }
        }
        bound.check(cases.isEmpty() ? model : cases.get(0));
        if (count[0] + count[1] == 0) {
            throw new InputException("expected at least one model file in a case but was none, at "
                    + (cases.isEmpty() ? model : cases.get(0)));
        }
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("passed", count[0]);
            all.put("failed", count[1]);
            all.put("files", lines);
            out.println(new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(all));
        } else {
            out.println(count[0] + " passed, " + count[1] + " failed");
        }
        return count[1] == 0 ? Posthorn.RIGHT : Posthorn.FAILED;
    }

    private int golden() throws IOException {
        if (model == null || expected != null || !cases.isEmpty()) {
            throw new InputException("verify: expected --golden with --model alone but was another combination");
        }
        Tolerances tolerances = Tolerances.RECORDED.layers(layerTolerance);
        if (rtol != null || atol != null) {
            tolerances = tolerances.outputs(tolerance(Case.read(golden).tolerance()));
        }
        return new GoldenCheck(model, golden, tolerances, backend.name(), bound.bindings(), quiet)
                .run(files, spec.commandLine().getOut());
    }

    /** The model files asked for; a case without any counts as one, which fails. */
    private List<ModelFile> models(Case c) {
        if (!formats.isEmpty()) {
            return c.models().stream().filter(m -> formats.contains(m.format())).toList();
        }
        return c.models().isEmpty() ? List.of(new ModelFile(c.expected().getParent(), "none")) : c.models();
    }

    private List<Case> cases(Cases found) throws IOException {
        if (model != null) {
            return List.of(Case.of(model, expected, tolerance(Tolerance.DEFAULT)));
        }
        List<Case> all = new ArrayList<>();
        for (Path path : cases) {
            for (Path folder : found.find(path)) {
                Case c = Case.read(folder);
                if (c.id().contains(only)) {
                    all.add(c.within(tolerance(c.tolerance())));
                }
            }
        }
        return all;
    }

    private Tolerance tolerance(Tolerance given) {
        return new Tolerance(rtol == null ? given.rtol() : rtol, atol == null ? given.atol() : atol);
    }

    private static String line(Verdict v, Cases found) {
        String what = found.name(v.path()) + (v.what().equals(Verdict.OUTPUTS) ? "" : " " + v.what());
        return v.passed()
                ? String.format(Locale.ROOT, "PASS %s max_abs %.2g max_rel %.2g", what, v.maxAbs(), v.maxRel())
                : "FAIL " + what + " " + found.named(v.problem());
    }

    private static Map<String, Object> json(Verdict v, ModelFile file, Cases found) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("case", v.caseId());
        line.put("path", found.name(v.path()));
        line.put("format", file.format());
        line.put("what", v.what());
        line.put("passed", v.passed());
        line.put("max_abs", Double.isFinite(v.maxAbs()) ? v.maxAbs() : null);
        line.put("max_rel", Double.isFinite(v.maxRel()) ? v.maxRel() : null);
        line.put("problem", v.passed() ? null : found.named(v.problem()));
        return line;
    }
}
