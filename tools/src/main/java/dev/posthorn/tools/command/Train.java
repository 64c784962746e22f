package dev.posthorn.tools.command;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.model.Model;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.train.Fit;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.callback.BackupAndRestore;
import dev.posthorn.train.callback.CSVLogger;
import dev.posthorn.train.callback.Callback;
import dev.posthorn.train.callback.EarlyStopping;
import dev.posthorn.train.callback.History;
import dev.posthorn.train.callback.Logs;
import dev.posthorn.train.callback.ModelCheckpoint;
import dev.posthorn.train.callback.ReduceLROnPlateau;
import dev.posthorn.train.callback.TensorBoard;
import dev.posthorn.train.callback.TerminateOnNaN;
import dev.posthorn.train.callback.Training;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.optimizer.Optimizers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthorn train}: fine-tunes a model as Keras's {@code fit} does. */
@Command(
        name = "train",
        header = "Trains a model further, as Keras's fit does.",
        description = {
            "What the options do not say is as the model was compiled; the optimizer goes on where it was when the file was "
                    + "saved, unless --optimizer, --freeze or --unfreeze begin it anew.",
            "With --state, a training that was killed or interrupted (Ctrl-C) goes on when the same command is given again, and "
                    + "ends with the same bits as if nothing had happened.",
            "Exit code 0: trained; 1: the loss was no longer a number; 2: wrong use, or input that cannot be used; 130: "
                    + "interrupted."
        })
public final class Train implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model file.")
    private Path path;

    @Mixin
    private Rows rows;

    @Mixin
    private Objective objective;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "Where the trained model goes: .keras, .h5, or a folder for a SavedModel.")
    private Path output;

    @Option(names = "--epochs", paramLabel = "N", description = "How often all rows are gone through. Default: 1.")
    private int epochs = 1;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description = "The optimizer by Keras's name, such as adam, or as Python has it, such as "
                    + "'AdamW(learning_rate=0.001, weight_decay=0.01, clipnorm=1.0, use_ema=True)'; it begins anew.")
    private String optimizer;

    @Option(
            names = "--no-decay",
            split = ",",
            paramLabel = "PATTERN",
            description =
                    "Weights that the optimizer's weight decay leaves out: what is found in their names, such as bias.")
    private List<String> undecayed = List.of();

    @Option(names = "--learning-rate", paramLabel = "X", description = "The learning rate.")
    private Double learningRate;

    @Option(
            names = "--freeze",
            split = ",",
            paramLabel = "PATTERN",
            description = "Layers that are not trained, by name or path; * stands for anything.")
    private List<String> freeze = List.of();

    @Option(names = "--unfreeze", split = ",", paramLabel = "PATTERN", description = "Layers that are trained.")
    private List<String> unfreeze = List.of();

    @Option(
            names = "--layer-rate",
            split = ",",
            paramLabel = "PATTERN=X",
            description = "By what the learning rate of layers is multiplied.")
    private Map<String, Double> layerRates = Map.of();

    @Option(
            names = "--class-weight",
            split = ",",
            paramLabel = "CLASS=X",
            description = "How much the rows of a class count.")
    private Map<Integer, Double> classWeights = Map.of();

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = Bytes.class,
            description =
                    "Of what a training step computes, keep so much at once at most, such as 500MB; what does not fit "
                            + "is computed again. The results are the same bits.")
    private Long memory;

    @Option(names = "--seed", paramLabel = "N", description = "Decides the order of the rows. Default: 0.")
    private long seed;

    @Option(names = "--no-shuffle", description = "Take the rows in the order that they are in.")
    private boolean inOrder;

    @Option(names = "--steps-per-epoch", paramLabel = "N", description = "Batches an epoch. Default: all.")
    private Long steps;

    @Option(
            names = "--validation-split",
            paramLabel = "X",
            description = "What part of the rows, at their end, is not trained on but evaluated after each epoch.")
    private double split;

    @Option(
            names = "--validation",
            paramLabel = "DATA",
            description = "Rows that are evaluated after each epoch; as --data.")
    private Path validation;

    @Option(
            names = "--early-stopping",
            paramLabel = "N",
            description = "Stop after N epochs in which --monitor did not improve, with the weights of the best epoch.")
    private Integer patience;

    @Option(
            names = "--reduce-lr",
            paramLabel = "N",
            description = "Divide the learning rate by 10 after N epochs in which --monitor did not improve.")
    private Integer plateau;

    @Option(
            names = "--monitor",
            paramLabel = "NAME",
            description = "What must improve. Default: val_loss with a validation, else loss.")
    private String monitor;

    @Option(
            names = "--best",
            paramLabel = "FILE",
            description = "Where the model is saved whenever --monitor improves: .keras or .h5.")
    private Path best;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description =
                    "Where the state of the training is kept while it runs; it goes on from there if the file exists.")
    private Path state;

    @Option(
            names = "--state-every",
            paramLabel = "N",
            description =
                    "After how many batches the state is kept, besides the end of each epoch. Default: 100; 0: at none.")
    private long stateEvery = 100;

    @Option(names = "--log", paramLabel = "FILE", description = "A CSV file of loss and metrics, a line an epoch.")
    private Path log;

    @Option(names = "--tensorboard", paramLabel = "DIR", description = "Where event files for TensorBoard go.")
    private Path tensorBoard;

    @Option(names = "--plot", paramLabel = "FILE.png", description = "A picture of the learning curves.")
    private Path plot;

    @Mixin
    private Backends backend;

    @Mixin
    private Bound bound;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (Model model = bound.load(path, backend.name());
                Interruption interruption = new Interruption()) {
            Trainer trainer = trainer(model);
            TerminateOnNaN nan = new TerminateOnNaN();
            Ending ending = new Ending();
            List<Callback> callbacks = callbacks(out);
            callbacks.addAll(List.of(nan, ending, interruption));
            History history = trainer.fit(rows.data(model), options(model), callbacks.toArray(Callback[]::new));
            if (ending.end == Training.End.CANCELLED) {
                out.println("interrupted" + (state == null ? "" : "; the same command goes on from " + state));
                out.flush();
                return Posthorn.UNUSABLE;
            }
            if (!nan.reason().isEmpty()) {
                out.println("stopped: the loss is no longer a number, at " + nan.reason());
                return Posthorn.FAILED;
            }
            model.save(
                    output,
                    SaveOptions.DEFAULT.listing(
                            LeftOut.listed(spec.commandLine().getErr(), output)));
            if (plot != null) {
                LearningCurve.write(history, plot);
            }
            out.println("saved " + output);
        }
        return Posthorn.RIGHT;
    }

    private Trainer trainer(Model model) throws IOException {
        Trainer trainer = objective.compile(model.trainer());
        if (!freeze.isEmpty()) {
            trainer.freeze(freeze.toArray(String[]::new));
        }
        if (!unfreeze.isEmpty()) {
            trainer.unfreeze(unfreeze.toArray(String[]::new));
        }
        layerRates.forEach(trainer::learningRates);
        if (optimizer != null) {
            trainer.optimizer(Optimizers.ALL.read(
                    PythonCall.read(optimizer, "--optimizer"), new FieldType.Context(Dialect.KERAS3, "--optimizer")));
        }
        if (memory != null) {
            trainer.memory(memory);
        }
        trainer.withoutWeightDecay(undecayed.toArray(String[]::new));
        if (learningRate != null) {
            trainer.learningRate(learningRate);
        }
        return trainer;
    }

    private Fit options(Model model) throws IOException {
        Fit fit = Fit.epochs(epochs).batchSize(rows.batchSize()).classWeights(classWeights);
        fit = inOrder ? fit.inOrder() : fit.shuffle(seed);
        fit = steps == null ? fit : fit.stepsPerEpoch(steps);
        if (validation != null) {
            Dataset held = rows.of(validation, model);
            return fit.validation(held);
        }
        return split == 0 ? fit : fit.validationSplit(split);
    }

    private List<Callback> callbacks(PrintWriter out) {
        String watched = monitor != null ? monitor : validation != null || split > 0 ? "val_loss" : "loss";
        List<Callback> callbacks = new ArrayList<>();
        if (monitor != null) {
            callbacks.add(new Watched(monitor));
        }
        if (patience != null) {
            callbacks.add(new EarlyStopping(
                    EarlyStopping.Options.of(watched, patience).withRestoreBestWeights()));
        }
        if (plateau != null) {
            callbacks.add(new ReduceLROnPlateau(ReduceLROnPlateau.Options.of(watched, 0.1, plateau)));
        }
        if (best != null) {
            callbacks.add(ModelCheckpoint.best(best, watched));
        }
        if (log != null) {
            callbacks.add(new CSVLogger(log, state != null));
        }
        if (tensorBoard != null) {
            callbacks.add(new TensorBoard(tensorBoard, false));
        }
        callbacks.add(new EpochLines(out));
        if (state != null) {
            callbacks.add(new BackupAndRestore(state, stateEvery, true));
        }
        if (epochs <= 0 || stateEvery < 0) {
            throw new InputException("expected 1 or more epochs and 0 or more batches but was " + epochs + ", "
                    + stateEvery + ", at " + (epochs <= 0 ? "--epochs" : "--state-every"));
        }
        return callbacks;
    }

    /** Refuses to go on where what must improve is nothing that is logged. */
    private record Watched(String name) implements Callback {
        @Override
        public void onEpochEnd(Training training, int epoch, Logs logs) {
            if (!logs.has(name)) {
                throw new InputException("expected one of " + logs.names() + " but was '" + name + "', at --monitor");
            }
        }
    }

    /** How the training ended. */
    private static final class Ending implements Callback {
        private Training.End end = Training.End.FINISHED;

        @Override
        public void onTrainEnd(Training training) {
            end = training.end();
        }
    }
}
