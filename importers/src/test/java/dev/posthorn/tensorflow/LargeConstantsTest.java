package dev.posthorn.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.NodeDef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large constants, whose elements stay among the bytes of the graph's file. */
class LargeConstantsTest {
    @TempDir
    private Path folder;

    /** Neither begins with the file: one lies behind the other. */
    @Test
    void elementsAreThoseOfTheConstant() throws IOException {
        Tensor first = numbers(1, 700, 400);
        Tensor second = numbers(2, 300, 1000);
        GraphDef graph = GraphDef.newBuilder()
                .addNode(constant("first", first))
                .addNode(constant("second", second))
                .build();
        Path file = Files.write(folder.resolve("graph.pb"), graph.toByteArray());
        GraphDef read = Messages.read(file, GraphDef.parser());
        Tensor[] expected = {first, second};
        for (int i = 0; i < expected.length; i++) {
            Tensor t = Protos.constant(read.getNode(i).getAttrOrThrow("value").getTensor(), "value");
            assertEquals(expected[i].type(), t.type());
            assertArrayEquals(expected[i].floats(), t.floats());
            assertEquals(expected[i].floats()[123_456], t.getDouble(123_456));
        }
    }

    private static Tensor numbers(int seed, int rows, int columns) {
        Tensor t = Tensor.zeros(new TensorType(DType.FLOAT32, Shape.of(rows, columns)));
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = seed + i;
        }
        return t;
    }

    private static NodeDef constant(String name, Tensor value) {
        return NodeDef.newBuilder()
                .setName(name)
                .setOp("Const")
                .putAttr(
                        "value",
                        AttrValue.newBuilder().setTensor(Protos.tensor(value)).build())
                .build();
    }
}
