package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Names in the way of Keras are those of its regular expressions. */
class NamingTest {
    private static String keras(String className) {
        return className
                .replaceAll("\\W+", "")
                .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }

    @Test
    void aNameIsInSnakeCase() {
        assertEquals("max_pooling2d", Naming.snakeCase("MaxPooling2D"));
        assertEquals("conv_lstm2d_cell", Naming.snakeCase("ConvLSTM2DCell"));
        List.of("", "LSTM", "aB", "GRUCell", "my>Layer", "_A", "Über Layer")
                .forEach(name -> assertEquals(keras(name), Naming.snakeCase(name), name));
    }

    @Test
    void anyNameIsThatOfTheExpressions() {
        Random random = new Random(1);
        String letters = "abABzZ1_> é";
        for (int i = 0; i < 20000; i++) {
            StringBuilder name = new StringBuilder();
            for (int n = random.nextInt(9); n > 0; n--) {
                name.append(letters.charAt(random.nextInt(letters.length())));
            }
            assertEquals(keras(name.toString()), Naming.snakeCase(name.toString()), name.toString());
        }
    }
}
