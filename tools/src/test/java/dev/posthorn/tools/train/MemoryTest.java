package dev.posthorn.tools.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Model;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.data.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A training step gives the same bits however much memory it has. The models have the layers of those that tools/bench times.
 */
class MemoryTest {
    private static final int ROWS = 24;
    private static final Path DATA = Path.of("..", "testdata");
    private static final Pattern LEAST =
            Pattern.compile("expected a bound of at least (\\d+) bytes .* but was (\\d+) ");
    private static final Pattern ARENA = Pattern.compile("arena: ([\\d,]+) elements");

    private static Trainer trainer(Model model) {
        return model.trainer().optimizer("adam").loss("sparse_categorical_crossentropy");
    }

    private static Tensor pictures(Model model) {
        TensorType type = model.inputs().get(0).type();
        int[] dims = type.shape().dims();
        dims[0] = ROWS;
        Tensor x = Tensor.zeros(type.withShape(Shape.of(dims)));
        for (int i = 0; i < x.size(); i++) {
            x.setDouble(i, i * 7919L % 2003 / 1001.5 - 1);
        }
        return x;
    }

    private static Batch batch(Model model) {
        return Batch.of(pictures(model), labels());
    }

    private static Tensor labels() {
        int[] labels = new int[ROWS];
        Arrays.setAll(labels, i -> i % 10);
        return Tensor.of(Shape.of(ROWS), labels);
    }

    /** All variables after three steps, with that much memory for what they compute. */
    private static List<Tensor> trained(Path file, Optional<Long> memory) throws IOException {
        try (Model model = Model.load(file)) {
            Trainer trainer = trainer(model);
            memory.ifPresent(trainer::memory);
            for (int i = 0; i < 3; i++) {
                trainer.trainOnBatch(batch(model));
            }
            List<Tensor> all =
                    new ArrayList<>(model.variables().snapshot().values().values());
            all.addAll(trainer.optimizerVariables());
            return all;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"digits/digits.keras", "rehearsal/rehearsal.keras"})
    void lessMemoryGivesTheSameBits(String name) throws IOException {
        Path file = DATA.resolve(name);
        long whole;
        try (Model model = Model.load(file)) {
            Matcher arena = ARENA.matcher(trainer(model).explain(batch(model)));
            whole = 0;
            while (arena.find()) { // of loops too
                whole += 4 * Long.parseLong(arena.group(1).replace(",", ""));
            }
        }
        String refused = assertThrows(IllegalArgumentException.class, () -> trained(file, Optional.of(1000L)))
                .getMessage();
        Matcher m = LEAST.matcher(refused);
        assertTrue(m.find(), refused);
        assertEquals("1000", m.group(2));
        long least = Long.parseLong(m.group(1));
        assertTrue(least < whole, least + " of " + whole);
        List<Tensor> expected = trained(file, Optional.empty());
        assertEquals(expected, trained(file, Optional.of(least)));
        assertEquals(expected, trained(file, Optional.of((least + whole) / 2)));
    }
}
