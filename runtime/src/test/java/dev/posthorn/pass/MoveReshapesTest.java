package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorAssert;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Reshape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A product by a matrix is one whatever axes are before; a bias comes before the reshape of a product where it is of whole rows of it, and the sum stays what it was. */
class MoveReshapesTest {
    @ParameterizedTest
    @CsvSource({"2 3 8, true", "3 2 8, false", "6 8, false", "2 3 4 2, false", "1 6 8, false"})
    void productsOfTensorsByAMatrixAreWhole(String result, boolean whole) {
        int[] dims =
                Arrays.stream(result.split(" ")).mapToInt(Integer::parseInt).toArray();
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(2, 3, 5));
        Value w = b.constant(Tensor.of(Shape.of(5, 8), numbers(40)));
        Value y = b.reshape(b.matmul(b.reshape(x, 6, 5), w), dims);
        Graph graph = b.graph(List.of(x), Map.of("y", y), Map.of());
        Graph moved = Rewriter.apply(graph, MoveReshapes::aroundProducts);
        boolean three = moved.outputs().get("y").node().op() instanceof MatMul
                && moved.outputs().get("y").node().input(0).shape().rank() == 3;
        assertEquals(whole, three, moved::toString);
        same(graph, moved, Tensor.of(Shape.of(2, 3, 5), numbers(30)));
    }

    private static float[] numbers(int n) {
        float[] numbers = new float[n];
        for (int i = 0; i < n; i++) {
            numbers[i] = i * 7 % 11 - 5;
        }
        return numbers;
    }

    private static void same(Graph graph, Graph moved, Tensor x) {
        Tensor expected =
                Evaluation.of(graph).run(List.of(x), key -> null).outputs().get("y");
        TensorAssert.assertThat(Evaluation.of(moved)
                        .run(List.of(x), key -> null)
                        .outputs()
                        .get("y"))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"4 2, true", "2, false", "1 2, false", "3 4 2, false"})
    void meansTheSame(String bias, boolean moves) {
        int[] dims = Arrays.stream(bias.split(" ")).mapToInt(Integer::parseInt).toArray();
        float[] numbers = numbers(40);
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(3, 5));
        Value w = b.constant(Tensor.of(Shape.of(5, 8), numbers));
        Value split = b.reshape(b.matmul(x, w), 3, 4, 2);
        Shape s = Shape.of(dims);
        Value y = b.plus(split, b.constant(Tensor.of(s, Arrays.copyOf(numbers, s.size()))));
        Graph graph = b.graph(List.of(x), Map.of("y", y), Map.of());
        Graph moved = Rewriter.apply(graph, MoveReshapes::behindSums);
        assertEquals(moves, moved.outputs().get("y").node().op() instanceof Reshape, moved::toString);
        same(graph, moved, Tensor.of(Shape.of(3, 5), numbers(15)));
    }
}
