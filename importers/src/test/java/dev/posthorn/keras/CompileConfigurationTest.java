package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CompileConfigurationTest {
    /** As Keras 3.15 writes an optimizer that is registered: {@code module} null, both names. */
    @Test
    void registeredOptimizersKeepTheirPackageInEitherFormat() {
        Map<String, Object> h5 =
                Map.of("optimizer_config", Map.of("class_name", "mine>Odd", "config", Map.of("beta", 0.9)));
        Map<String, Object> archive = CompileConfiguration.archive(h5);
        Map<?, ?> optimizer = (Map<?, ?>) archive.get("optimizer");
        assertNull(optimizer.get("module"));
        assertEquals("Odd", optimizer.get("class_name"));
        assertEquals("mine>Odd", optimizer.get("registered_name"));
        assertEquals(h5, CompileConfiguration.h5(archive));
        Map<String, Object> known = Map.of("optimizer_config", Map.of("class_name", "Adam", "config", Map.of()));
        assertEquals(
                "keras.optimizers",
                ((Map<?, ?>) CompileConfiguration.archive(known).get("optimizer")).get("module"));
    }
}
