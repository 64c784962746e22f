package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.model.ModelFormatException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTest {
    @Test
    void pythonsValuesArePlain() {
        Map<String, Object> was = Yaml.object("""
                a: &id001 !!python/tuple [null, 3, 2.5e-07]
                b: *id001
                c: !!python/unicode 'text'
                d: {e: true, f: .nan}
                n: !!python/object/apply:numpy.core.multiarray.scalar
                - !!python/object/apply:numpy.dtype
                  args: [i8, 0, 1]
                  state: !!python/tuple [3, <, null]
                - !!binary |
                  DwAAAAAAAAA=
                """, "x.yaml");
        assertEquals(Arrays.asList(null, 3, 2.5e-7), was.get("a"));
        assertEquals(was.get("a"), was.get("b"));
        assertEquals("text", was.get("c"));
        assertEquals(Map.of("e", true, "f", Double.NaN), was.get("d"));
        assertEquals(15L, was.get("n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: !!python/object/apply:os.system ['echo']",
                "a: !!python/name:os.system",
                "a: !!javax.script.ScriptEngineManager [x]",
                "a: !!python/object/new:os.system [x]",
                "a: [1, 2",
                "- 1",
                "",
                "1: 2",
                "a: 1\na: 2",
                "a: 2001-12-14",
                "a: &r [*r]"
            })
    void whatIsNotPlainIsRefused(String text) {
        String message = assertThrows(ModelFormatException.class, () -> Yaml.object(text, "x.yaml"))
                .getMessage();
        assertTrue(message.startsWith("configuration: expected ") && message.endsWith(", at x.yaml"), message);
    }

    @Test
    void whatReferencesUnfoldToIsBounded() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1, i - 1));
        }
        assertThrows(ModelFormatException.class, () -> Yaml.object(bomb.toString(), "x.yaml"));
        assertThrows(ModelFormatException.class, () -> Yaml.object("a: " + "[".repeat(100_000), "x.yaml"));
        assertEquals(List.of(1), Yaml.object("a: [1]", "x.yaml").get("a"));
    }
}
