package dev.posthorn.keras.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@link TensorFlowOpLayer} refuses; what it computes is in the cases of {@code oplayer.zip}. */
class TensorFlowOpLayerTest {
    private static TensorFlowOpLayer of(Object node) {
        return new TensorFlowOpLayer(node, Map.of());
    }

    @Test
    void anOpThatIsNotSupportedIsSaidWhenTheLayerIsRead() {
        Exception e = assertThrows(UnsupportedModelException.class, () -> of(Map.of("name", "x", "op", "NoSuchOp")));
        assertEquals("op NoSuchOp is not supported", e.getMessage());
        Map<String, ?> called = Map.of("f", Map.of("func", Map.of("name", "body")));
        e = assertThrows(UnsupportedModelException.class, () -> of(Map.of("op", "PartitionedCall", "attr", called)));
        assertTrue(e.getMessage().startsWith("op PartitionedCall"), e.getMessage());
    }

    @Test
    void whatIsNoNodeIsAnError() {
        for (Object node : List.of(
                7,
                "\u0007\u0007",
                Map.of("op", 3),
                Map.of("op", "Add", "other", 1),
                Map.of("op", "Add", "attr", List.of()),
                Map.of("op", "Add", "attr", Map.of("T", Map.of("type", "DT_NONE"))),
                Map.of("op", "Add", "attr", Map.of("N", Map.of("i", "1.5"))),
                Map.of("op", "Add", "attr", Map.of("N", Map.of("s", "***"))))) {
            Exception e = assertThrows(ModelFormatException.class, () -> of(node), String.valueOf(node));
            assertTrue(e.getMessage().contains("expected") && e.getMessage().endsWith("at node_def"), e.getMessage());
        }
        assertThrows(
                ModelFormatException.class, () -> new TensorFlowOpLayer(Map.of("op", "Add"), Map.of("second", 1.0)));
    }
}
