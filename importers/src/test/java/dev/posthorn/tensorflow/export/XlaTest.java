package dev.posthorn.tensorflow.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.HashCross;
import dev.posthorn.model.Model;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.Signature;
import dev.posthorn.proto.SavedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions that XLA compiles, and what it does not. */
class XlaTest {
    private static final TensorType NUMBERS = new TensorType(DType.INT32, Shape.of(2, 1));

    @TempDir
    private Path folder;

    private Path saved(BiFunction<Builder, List<Value>, List<Value>> made, SaveOptions options) throws IOException {
        return new OneGraph(List.of(NUMBERS, NUMBERS), made).save(folder.resolve("saved"), options);
    }

    @Test
    void whatTensorFlowHasNoKernelOfXlaForIsRefused() throws IOException {
        BiFunction<Builder, List<Value>, List<Value>> cross = (b, in) -> b.addAll(new HashCross(5, 1), in);
        saved(cross, SaveOptions.DEFAULT);
        String said = assertThrows(RuntimeException.class, () -> saved(cross, SaveOptions.DEFAULT.forXla()))
                .getMessage();
        assertTrue(said.contains("an operation that XLA does not have: HashCross"), said);
    }

    /** XLA of TensorFlow 2.21 gives 0 for {@code x // 2**y} of integers that are computed. */
    @Test
    void integersAreShiftedAndNotDividedByPowers() throws IOException {
        Path saved = saved(
                (b, in) -> {
                    Value power = b.binary(Binary.Fn.POW, b.constant(DType.INT32, 2), in.get(1));
                    return List.of(b.binary(Binary.Fn.FLOOR_DIV, in.get(0), power));
                },
                SaveOptions.DEFAULT.forXla());
        List<String> ops = SavedModel.parseFrom(Files.readAllBytes(saved.resolve("saved_model.pb")))
                .getMetaGraphs(0)
                .getGraphDef()
                .getLibrary()
                .getFunctionList()
                .stream()
                .flatMap(f -> f.getNodeDefList().stream())
                .map(n -> n.getOp())
                .filter(op -> op.equals("FloorDiv") || op.equals("RightShift"))
                .toList();
        assertEquals(List.of("RightShift"), ops);
        try (Model model = Model.load(saved)) {
            Tensor x = Tensor.of(NUMBERS.shape(), new int[] {-49, 96});
            Tensor y = Tensor.of(NUMBERS.shape(), new int[] {1, 3});
            assertArrayEquals(new int[] {-25, 12}, (int[])
                    model.call(Signature.DEFAULT, List.of(x, y)).get(0).data());
        }
    }
}
