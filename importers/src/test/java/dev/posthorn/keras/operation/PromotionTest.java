package dev.posthorn.keras.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.DType;
import dev.posthorn.keras.operation.Promotion.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Every pair of types is promoted as Keras promotes it. */
class PromotionTest {
    @Test
    void everyPairIsThatOfKeras() throws IOException {
        List<String> lines;
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                PromotionTest.class.getResourceAsStream("/dev/posthorn/keras/promotion.txt"),
                StandardCharsets.UTF_8))) {
            lines = in.lines().toList();
        }
        List<Kind> kinds = lines.stream()
                .map(l -> Kind.valueOf(l.split(" ")[0].toUpperCase(Locale.ROOT)))
                .toList();
        for (int i = 0; i < kinds.size(); i++) {
            String[] row = lines.get(i).split(" ");
            for (int j = 0; j < kinds.size(); j++) {
                DType expected = DType.ofKeras(row[j + 1]).orElseThrow();
                assertEquals(
                        expected,
                        Promotion.of(List.of(kinds.get(i), kinds.get(j))),
                        kinds.get(i) + " and " + kinds.get(j));
            }
        }
    }
}
