package dev.posthorn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForwardTest {
    /** Maps of Java that are copied have another order in every process: a SavedModel would have other bytes. */
    @Test
    void updatesStayInTheirOrder() {
        Value v = new Builder().input("x", new TensorType(DType.FLOAT32, Shape.SCALAR));
        Map<String, Value> updates = new LinkedHashMap<>();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            keys.add("key" + i * 7919 % 40);
            updates.put(keys.get(i), v);
        }
        Forward f = new Forward(List.of(v), List.of(), List.of(), updates);
        assertEquals(keys, List.copyOf(f.updates().keySet()));
    }
}
