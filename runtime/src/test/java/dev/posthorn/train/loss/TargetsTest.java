package dev.posthorn.train.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What losses ask targets to be, of which they are told nothing but the output. */
class TargetsTest {
    private static final TensorType VECTORS = TensorType.of(DType.FLOAT32, Shape.UNKNOWN, 6);
    private static final TensorType SEQUENCES = TensorType.of(DType.FLOAT32, Shape.UNKNOWN, 8, 6);

    static Stream<String> names() {
        return Losses.ALL.all().stream().map(Codec::name).filter(n -> !n.equals("LossFunctionWrapper"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyLossTakesTheTargetsItAsksFor(String name) {
        Loss loss = Losses.ALL.named(name);
        TensorType output = loss instanceof CTC ? SEQUENCES : VECTORS;
        Builder b = new Builder();
        Value y = loss.apply(
                b, b.input("t", loss.target(output)), b.input("y", output), Optional.empty(), Optional.empty());
        assertEquals(Shape.SCALAR, y.shape());
    }

    @Test
    void numbersOfClassesAreIntegers() {
        assertEquals(
                Map.of(
                        "ctc", TensorType.of(DType.INT64, Shape.UNKNOWN, Shape.UNKNOWN),
                        "sparse_categorical_crossentropy", TensorType.of(DType.INT64, Shape.UNKNOWN, 8),
                        "circle", TensorType.of(DType.INT64, Shape.UNKNOWN),
                        "mse", SEQUENCES),
                Stream.of("ctc", "sparse_categorical_crossentropy", "circle", "mse")
                        .collect(Collectors.toMap(
                                n -> n, n -> Losses.ALL.named(n).target(SEQUENCES))));
    }
}
