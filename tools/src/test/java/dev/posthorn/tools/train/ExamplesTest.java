package dev.posthorn.tools.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.data.CsvData;
import dev.posthorn.data.ImageFolder;
import dev.posthorn.data.NpzData;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.ModelEdit;
import dev.posthorn.model.Model;
import dev.posthorn.train.Choice;
import dev.posthorn.train.Fit;
import dev.posthorn.train.PerOutput;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.callback.BackupAndRestore;
import dev.posthorn.train.callback.CSVLogger;
import dev.posthorn.train.callback.Callback;
import dev.posthorn.train.callback.EarlyStopping;
import dev.posthorn.train.callback.History;
import dev.posthorn.train.callback.LearningRateScheduler;
import dev.posthorn.train.callback.Logs;
import dev.posthorn.train.callback.ModelCheckpoint;
import dev.posthorn.train.callback.ReduceLROnPlateau;
import dev.posthorn.train.callback.TensorBoard;
import dev.posthorn.train.callback.TerminateOnNaN;
import dev.posthorn.train.callback.Training;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Batches;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Pass;
import dev.posthorn.train.loss.Losses;
import dev.posthorn.train.optimizer.Adam;
import dev.posthorn.train.optimizer.Optimizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/training.md shows: it runs, and the page shows it as it is here. */
class ExamplesTest {
    private static final Path ROOT = Path.of("..");

    @TempDir
    Path folder;

    private final Random random = new Random(1);
    private final Model model = load(Fixtures.file("small.keras"));
    private final Tensor x = reals(32, 6);
    private final Tensor y = classes(32, 3);
    private final Trainer trainer = model.trainer();

    private static Model load(Path file) {
        try {
            return Model.load(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Tensor reals(int... dims) {
        Tensor t = Tensor.zeros(TensorType.of(DType.FLOAT32, dims));
        for (int i = 0; i < t.size(); i++) {
            t.setDouble(i, random.nextGaussian());
        }
        return t;
    }

    private Tensor classes(int rows, int n) {
        return Tensor.of(Shape.of(rows), random.ints(rows, 0, n).toArray());
    }

    @Test
    void thePageShowsWhatRunsHere() throws IOException {
        String here = plain(Files.readString(Path.of("src/test/java/dev/posthorn/tools/train/ExamplesTest.java")));
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ROOT.resolve("docs/training.md")));
        int blocks = 0;
        while (block.find()) {
            assertTrue(here.contains(plain(block.group(1))), block.group(1));
            blocks++;
        }
        assertEquals(10, blocks);
    }

    private static String plain(String java) {
        return java.replaceAll("//[^\n]*", "").replaceAll("\\s+", "");
    }

    @Test
    void asTheFileSays() throws IOException {
        History history = model.trainer().fit(Dataset.of(x, y), Fit.epochs(2).batchSize(16));
        double last = history.logs().get(1).get("loss");
        Logs logs = model.trainer().evaluate(Dataset.of(x, y));
        model.save(folder.resolve("tuned.keras"));
        assertEquals(last, history.of("loss")[1]);
        assertTrue(logs.get("accuracy") >= 0);
    }

    @Test
    void lossOptimizerMetrics() throws IOException {
        Trainer trainer = model.trainer()
                .loss("sparse_categorical_crossentropy")
                .metrics("accuracy")
                .optimizer(new Adam(1e-3));
        trainer.loss(Losses.ALL.of("SparseCategoricalCrossentropy", Map.of("ignore_class", -1)));
        trainer.optimizer(Optimizers.ALL.of("AdamW", Map.of("learning_rate", 1e-3, "weight_decay", 0.01)));
        trainer.withoutWeightDecay("bias", "gamma|beta");
        assertEquals(1, trainer.fit(Dataset.of(x, y), Fit.epochs(1)).logs().size());
        trainer.optimizer(Optimizers.ALL.of("SGD", Map.of("learning_rate", 0.01, "momentum", 0.9, "clipnorm", 1.0)));
        trainer.optimizer(Optimizers.ALL.of("Adam", Map.of("use_ema", true, "ema_momentum", 0.9)));
        trainer.optimizer(Optimizers.ALL.of("Adam", Map.of("gradient_accumulation_steps", 2)));
        trainer.scaleLoss(true);
        trainer.scaleLoss(false)
                .optimizer(Optimizers.ALL.of(
                        "Adam",
                        Map.of(
                                "learning_rate",
                                Map.of(
                                        "class_name",
                                        "CosineDecay",
                                        "config",
                                        Map.of("initial_learning_rate", 0.01, "decay_steps", 100)))));
        trainer.fit(Dataset.of(x, y), Fit.epochs(1));
        assertTrue(trainer.learningRate() < 0.01);
    }

    @Test
    void whatIsTrained() throws IOException {
        model.trainer()
                .freeze("hid*", "norm")
                .unfreeze("head")
                .learningRates("head", 0.1)
                .optimizer("adam")
                .fit(Dataset.of(x, y), Fit.epochs(1));
        Model other = ModelEdit.of(model)
                .cutAt("norm")
                .append("classes", "Dense", Map.of("units", 5, "activation", "softmax"))
                .build(42);
        assertEquals(5, other.predict(x).shape().dim(1));
    }

    @Test
    void weights() throws IOException {
        Tensor sampleWeight = Tensor.of(Shape.of(32), random.doubles(32).toArray());
        trainer.fit(Dataset.of(Batch.of(x, y, sampleWeight)), Fit.epochs(1));
        trainer.fit(Dataset.of(x, y), Fit.epochs(1).classWeights(Map.of(0, 1.0, 1, 2.5)));
        trainer.memory(500_000_000).fit(Dataset.of(x, y), Fit.epochs(1));
        assertTrue(trainer.evaluate(Dataset.of(x, y)).has("loss"));
    }

    @Test
    void severalOutputs() throws IOException {
        Path file = folder.resolve("two.keras");
        try (ZipFile zip =
                new ZipFile(ROOT.resolve("testdata/cases/training.zip").toFile())) {
            Files.write(
                    file,
                    zip.getInputStream(zip.getEntry("training/fit/multi/dict_outputs/model.keras"))
                            .readAllBytes());
        }
        Model two = Model.load(file);
        Tensor a = reals(20, 6);
        Tensor b = reals(20, 4);
        Tensor cls = classes(20, 3);
        Tensor reg = reals(20, 1);
        Trainer heads = two.trainer()
                .loss(PerOutput.named(
                        Map.of("cls", Choice.named("sparse_categorical_crossentropy"), "reg", Choice.named("mse"))))
                .lossWeights(PerOutput.named(Map.of("cls", 1.0, "reg", 0.25)))
                .metrics(PerOutput.named(Map.of("cls", List.of(Choice.named("accuracy")))))
                .optimizer("adam");
        heads.fit(
                Dataset.of(new Batch(Map.of("a", a, "b", b), Map.of("cls", cls, "reg", reg), Map.of())), Fit.epochs(1));
        assertTrue(heads.testOnBatch(new Batch(Map.of("a", a, "b", b), Map.of("cls", cls, "reg", reg), Map.of()))
                .has("cls_loss"));
    }

    @Test
    void callbacks() throws IOException {
        trainer.fit(
                Dataset.of(x, y),
                Fit.epochs(4).validationSplit(0.25),
                new EarlyStopping(EarlyStopping.Options.of("val_loss", 2).withRestoreBestWeights()),
                ModelCheckpoint.best(folder.resolve("best.keras"), "val_loss"),
                new ReduceLROnPlateau(ReduceLROnPlateau.Options.of("val_loss", 0.1, 1)),
                new CSVLogger(folder.resolve("log.csv"), false),
                new TensorBoard(folder.resolve("events"), false),
                new TerminateOnNaN(),
                new BackupAndRestore(folder.resolve("state"), 100, true));
        trainer.fit(Dataset.of(x, y), Fit.epochs(2), new LearningRateScheduler((epoch, now) -> now * 0.5));
        trainer.fit(Dataset.of(x, y), Fit.epochs(9), new Callback() {
            @Override
            public void onBatchEnd(Training training, int epoch, long batch, Logs seen) {
                if (epoch == 1 && batch == 2) {
                    training.cancel();
                }
            }
        });
        try (var events = Files.list(folder.resolve("events/validation"))) {
            assertEquals(1, events.count());
        }
        assertTrue(Files.exists(folder.resolve("best.keras")) && !Files.exists(folder.resolve("state")));
    }

    @Test
    void data() throws IOException {
        Path npzFile = ROOT.resolve("testdata/digits/handwriting.npz");
        Path csvFile = Files.writeString(folder.resolve("rows.csv"), "a,b,label\n1,2,0\n3,4,1\n");
        Path pictureFolder = Fixtures.file("folder");
        List<Batch> batches = List.of(Batch.of(x, y), Batch.of(x, y));
        List<Batch> rows = List.of(Batch.of(reals(1, 6), classes(1, 3)), Batch.of(reals(1, 6), classes(1, 3)));
        Dataset npz = NpzData.read(npzFile, "x_test", "y_test").prefetch(2);
        Dataset csv = CsvData.read(csvFile, List.of("label"), false);
        Dataset pictures = ImageFolder.open(pictureFolder, 8, 8, 3, ImageFolder.Resize.BILINEAR);
        Dataset streamed = Dataset.rows(() -> rows.stream(), 1000);
        Dataset ready = Dataset.batches(() -> batches.stream());
        for (Dataset d : List.of(npz, csv, pictures, streamed, ready)) {
            try (Batches pass = d.pass(Pass.inOrder(2))) {
                assertTrue(pass.hasNext() && pass.next().x().size() == 1);
            }
        }
        Logs one = trainer.trainOnBatch(Batch.of(x, y));
        Logs checked = trainer.testOnBatch(Batch.of(x, y));
        trainer.resetMetrics();
        assertEquals(one.names().size(), checked.names().size());
    }
}
