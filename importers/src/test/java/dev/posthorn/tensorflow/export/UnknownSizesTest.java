package dev.posthorn.tensorflow.export;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exported for pictures of any size, convolutions and pools pad each size as it needs. */
class UnknownSizesTest {
    private static final Random RANDOM = new Random(3);

    @TempDir
    private Path folder;

    private static Tensor random(TensorType type) {
        float[] all = new float[type.shape().size()];
        IntStream.range(0, all.length).forEach(i -> all[i] = (float) RANDOM.nextGaussian());
        return Tensor.of(type.shape(), all);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'Conv2D', 'config': {'filters': 4, 'kernel_size': [3, 3], 'strides': [2, 2], 'padding': 'same'",
                "'Conv2D', 'config': {'filters': 4, 'kernel_size': [2, 4], 'strides': [3, 1], 'padding': 'same', 'groups': 2",
                "'DepthwiseConv2D', 'config': {'kernel_size': [3, 3], 'strides': [2, 2], 'padding': 'same'",
                "'MaxPooling2D', 'config': {'pool_size': [3, 3], 'strides': [2, 2], 'padding': 'same'",
                "'AveragePooling2D', 'config': {'pool_size': [3, 3], 'strides': [2, 2], 'padding': 'same'",
                "'Conv2DTranspose', 'config': {'filters': 3, 'kernel_size': [3, 3], 'strides': [2, 2], 'padding': 'same'",
                "'Conv2DTranspose', 'config': {'filters': 3, 'kernel_size': [2, 2], 'strides': [3, 3]",
            })
    void eachSizeIsPaddedAsItNeeds(String layer) throws IOException {
        Path json = folder.resolve("model.json");
        Files.writeString(
                json,
                ("{'class_name': 'Sequential', 'keras_version': '3.15.1', 'config': {'name': 'm', 'layers': [{'class_name':"
                                + " 'InputLayer', 'config': {'name': 'x', 'dtype': 'float32', 'batch_shape': [null, null,"
                                + " null, 2]}}, {'class_name': " + layer + ", 'name': 'layer'}}]}}")
                        .replace('\'', '"'));
        Path saved = folder.resolve("saved");
        try (Model model = Model.load(json)) {
            model.variables()
                    .set(model.variables().list().stream()
                            .collect(Collectors.toMap(Variable::key, v -> random(v.type()))));
            model.save(saved);
            try (Model exported = Model.load(saved)) {
                for (Shape shape : new Shape[] {Shape.of(2, 8, 6, 2), Shape.of(1, 9, 7, 2), Shape.of(1, 10, 5, 2)}) {
                    Tensor x = random(new TensorType(DType.FLOAT32, shape));
                    Comparison c = Comparison.of(model.predict(x), exported.predict(x), new Tolerance(0, 1e-5));
                    assertTrue(c.passed(), () -> shape + ": " + c);
                }
            }
        }
    }
}
