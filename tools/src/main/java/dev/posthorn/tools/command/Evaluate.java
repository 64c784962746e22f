package dev.posthorn.tools.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.posthorn.model.Model;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.Progress;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.callback.Logs;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Batches;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Pass;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthorn evaluate}: loss and metrics of rows. */
@Command(
        name = "evaluate",
        header = "Computes a model's loss and metrics for rows whose targets are known.",
        description = "Loss and metrics are those that the model was compiled with, unless the options say others.")
public final class Evaluate implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model file.")
    private Path path;

    @Mixin
    private Rows rows;

    @Mixin
    private Objective objective;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin
    private Backends backend;

    @Mixin
    private Bound bound;

    @Override
    public Integer call() throws IOException {
        try (Model model = bound.load(path, backend.name())) {
            Trainer trainer = objective.compile(model.trainer());
            Logs logs = evaluated(trainer, rows.data(model));
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Map<String, Object> values = new LinkedHashMap<>();
                logs.names().forEach(name -> values.put(name, EpochLines.value(logs, name)));
                out.println(new ObjectMapper()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsString(values));
            } else {
                out.println(EpochLines.line(logs));
            }
        }
        return Posthorn.RIGHT;
    }

    private Logs evaluated(Trainer trainer, Dataset data) throws IOException {
        Logs logs = new Logs();
        trainer.resetMetrics();
        try (Progress progress = Progress.of("rows", data.rows().orElse(0));
                Batches batches = data.pass(Pass.inOrder(rows.batchSize()))) {
            while (batches.hasNext()) {
                Batch batch = batches.next();
                logs = trainer.testOnBatch(batch);
                progress.step(batch.rows());
            }
        }
        return logs;
    }
}
