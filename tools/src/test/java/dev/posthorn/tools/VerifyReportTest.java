package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/** {@code posthorn verify --golden} with its reports. */
class VerifyReportTest {
    @TempDir
    Path folder;

    private Path golden(String epsilon) throws Exception {
        Path golden = Altered.golden("convolutions", folder);
        Altered.keras(
                golden.resolve("model.keras"),
                folder.resolve("<b>.keras"),
                c -> c.replace("\"epsilon\": 0.001", "\"epsilon\": " + epsilon));
        Path json = golden.resolve("case.json");
        String hostile = "\"class\": \"<img src=x onerror=alert(1)>|`\"";
        Files.writeString(json, Files.readString(json).replace("\"class\": \"LeakyReLU\"", hostile));
        assertTrue(Files.readString(json).contains(hostile));
        return golden;
    }

    @Test
    void aFaultIsReportedEverywhere() throws Exception {
        Path golden = golden("0.05");
        Path html = folder.resolve("r.html");
        Path markdown = folder.resolve("r.md");
        Path junit = folder.resolve("r.xml");
        Cli r = Cli.run(
                "verify",
                "--model",
                folder.resolve("<b>.keras"),
                "--golden",
                golden,
                "--quiet",
                "--report",
                html,
                "--markdown",
                markdown,
                "--junit-xml",
                junit);
        assertEquals(Posthorn.FAILED, r.code(), r::err);
        assertFalse(r.out().contains("PASS"), r::out);
        String page = Files.readString(html);
        String cause =
                "first layer to differ is norm (BatchNormalization). Likely cause: epsilon: 0.001 agrees, the model has 0.05";
        assertTrue(page.contains(cause) && page.contains("Training: loss"), page);
        assertTrue(page.contains("default-src &#39;none&#39;"), page);
        assertFalse(page.contains("<img") || page.contains("<b>") || page.contains("http://www.w3.org/1999"), page);
        assertFalse(page.contains("src=\"") || page.contains("@import") || page.contains("url("), page);
        String md = Files.readString(markdown);
        assertTrue(md.contains("| ✕ | 4 | `norm` BatchNormalization | 5.0e-02 |"), md);
        assertFalse(md.contains("<img") || md.contains("|`"), md);
        Element suite = (Element) DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(junit.toFile())
                .getElementsByTagName("testsuite")
                .item(0);
        assertEquals(
                suite.getAttribute("failures"),
                String.valueOf(suite.getElementsByTagName("failure").getLength()));
        assertTrue(Files.readString(junit).contains("likely cause: epsilon: 0.001 agrees"));
    }

    @Test
    void reportsNeedSomethingToReport() {
        Cli r = Cli.run("verify", folder, "--report", folder.resolve("r.html"));
        assertEquals(Posthorn.UNUSABLE, r.code());
        assertTrue(r.err().contains("expected --golden or --baseline but was neither"), r::err);
        assertFalse(Files.exists(folder.resolve("r.html")));
        Path same = folder.resolve("r");
        r = Cli.run("verify", "--model", same, "--golden", folder, "--report", same, "--markdown", same);
        assertEquals(Posthorn.UNUSABLE, r.code());
        assertTrue(r.err().contains("expected a file of its own for each report"), r::err);
    }
}
