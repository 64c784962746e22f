package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** {@code posthorn plot}: pictures of Keras models and graphs. */
class PlotTest {
    private static final Path MODEL = Cli.DIGITS.resolve("digits.keras");

    @TempDir
    Path folder;

    private static Document xml(String text) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void layersHaveShapesTypesAndParameters() throws Exception {
        Cli r = Cli.run("plot", MODEL);
        assertEquals(Posthorn.RIGHT, r.code(), r::err);
        String text = xml(r.out()).getDocumentElement().getTextContent();
        assertTrue(text.contains("conv2d") && text.contains("Conv2D"), text);
        assertTrue(text.contains("float32[?×28×28×1]"), text);
    }

    @Test
    void nestedModelsAreFramesAsDeepAsWanted() throws Exception {
        Path model = Altered.golden("nested", folder).resolve("model.keras");
        String whole = Cli.run("plot", model).out();
        String outer = Cli.run("plot", model, "--depth", "1").out();
        assertTrue(whole.contains("frame\"") && whole.contains("data-id=\"inner/one\""), whole);
        assertFalse(outer.contains("frame\""), outer);
        assertTrue(outer.contains("data-id=\"inner\"") && !outer.contains("inner/one"), outer);
    }

    @Test
    void graphsAreDrawnInTheirScopes() throws Exception {
        Path saved = folder.resolve("digits_saved");
        assertEquals(Posthorn.RIGHT, Cli.run("convert", MODEL, saved).code());
        Path page = folder.resolve("page.html");
        Cli r = Cli.run("plot", saved, "-o", page);
        assertEquals(Posthorn.RIGHT, r.code(), r::err);
        String html = Files.readString(page);
        assertTrue(html.contains("operations") && html.contains(">output<") && html.contains(">input<"), html);
    }

    /** Names from a file stay text. */
    @Test
    void namesAreNoMarkup() throws Exception {
        Path model = Altered.keras(
                MODEL,
                folder.resolve("bad.keras"),
                c -> c.replace("\"name\": \"conv2d\"", "\"name\": \"</title><img src=x onerror=alert(1)>\""));
        for (String ending : new String[] {"svg", "html"}) {
            Path out = folder.resolve("bad." + ending);
            Cli r = Cli.run("plot", model, "-o", out);
            assertEquals(Posthorn.RIGHT, r.code(), r::err);
            String text = Files.readString(out);
            assertTrue(text.contains("&lt;img") && !text.contains("<img"), text);
        }
        assertTrue(xml(Files.readString(folder.resolve("bad.svg"))).hasChildNodes());
    }

    @Test
    void wrongUseIsRefused() {
        Cli r = Cli.run("plot", MODEL, "-o", folder.resolve("a.png"));
        assertEquals(Posthorn.UNUSABLE, r.code());
        assertTrue(r.err().contains("expected a name that ends in .svg or .html but was 'a.png', at --out"), r::err);
        r = Cli.run("plot", MODEL, "--depth", "0");
        assertTrue(r.err().contains("expected 1 or more but was 0, at --depth"), r::err);
        r = Cli.run("plot", MODEL, "--signature", "none");
        assertEquals(Posthorn.UNUSABLE, r.code());
        assertTrue(r.err().contains("expected one of the signatures"), r::err);
    }
}
