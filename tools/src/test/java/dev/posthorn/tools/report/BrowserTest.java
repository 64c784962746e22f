package dev.posthorn.tools.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.posthorn.tools.Altered;
import dev.posthorn.tools.Posthorn;
import java.io.File;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The page of a report in a real browser: what is clicked, typed and sorted. Skipped, and said so, where there is no Chromium. */
@Tag("once")
class BrowserTest {
    @TempDir
    static Path folder;

    static ChromeDriver driver;
    static Path page;

    @BeforeAll
    static void open() throws Exception {
        Optional<File> browser = program("chromium", "google-chrome");
        Optional<File> chromedriver = program("chromedriver");
        if (browser.isEmpty() || chromedriver.isEmpty()) {
            String why = "BrowserTest SKIPPED: expected chromium and chromedriver on the PATH but was "
                    + Stream.of(browser, chromedriver).flatMap(Optional::stream).toList();
            System.err.println(why);
            abort(why);
        }
        Path golden = Altered.golden("convolutions", folder);
        Path model = Altered.keras(
                golden.resolve("model.keras"),
                folder.resolve("<img src=x onerror=document.title=1>.keras"),
                c -> c.replace("\"epsilon\": 0.001", "\"epsilon\": 0.05"));
        Path json = golden.resolve("case.json");
        Files.writeString(
                json,
                Files.readString(json)
                        .replace("\"class\": \"LeakyReLU\"", "\"class\": \"<script>document.title=2</script>\""));
        page = folder.resolve("report.html");
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        int code = Posthorn.run(
                new String[] {
                    "verify", "--model", model.toString(), "--golden", golden.toString(), "--report", page.toString()
                },
                nowhere,
                nowhere);
        assertEquals(Posthorn.FAILED, code);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser.get());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--force-prefers-reduced-motion",
                "--user-data-dir=" + folder.resolve("profile"));
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(chromedriver.get())
                        .usingAnyFreePort()
                        .build(),
                options);
    }

    private static Optional<File> program(String... names) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(dir -> Arrays.stream(names).map(name -> new File(dir, name)))
                .filter(File::canExecute)
                .findFirst();
    }

    @AfterAll
    static void close() {
        if (driver != null) {
            driver.quit();
        }
    }

    @BeforeEach
    void load() {
        size(1280, 900);
        driver.get(page.toUri().toString());
    }

    private static void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    private static WebElement one(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    private static List<String> layers() {
        return driver.findElements(By.cssSelector("tbody[id^=layer]")).stream()
                .filter(WebElement::isDisplayed)
                .map(b -> b.findElement(By.cssSelector(".opens")).getText())
                .toList();
    }

    private static boolean is(String script) {
        return Boolean.TRUE.equals(driver.executeScript("return " + script));
    }

    @Test
    void aClickOnALayerOpensItsRowAndBack() {
        WebElement row = one("tbody[data-box=norm]");
        assertFalse(row.findElement(By.cssSelector(".details")).isDisplayed());
        one(".diagram a[data-id=norm] rect").click();
        assertTrue(row.findElement(By.cssSelector(".details")).isDisplayed());
        assertEquals("true", row.findElement(By.cssSelector(".opens")).getDomAttribute("aria-expanded"));
        assertEquals("norm", driver.switchTo().activeElement().getText());
        assertEquals(2, row.findElements(By.cssSelector("svg[role=img]")).size());
        row.findElement(By.cssSelector(".opens")).click();
        assertFalse(row.findElement(By.cssSelector(".details")).isDisplayed());
        one("tbody[data-box=out] .opens").click();
        assertTrue(one(".diagram a[data-id=out]").getDomAttribute("class").contains("chosen"));
    }

    @Test
    void wordsAndTheBoxFilter() {
        assertEquals(8, layers().size());
        one("[data-for=table0] .filter").sendKeys("conv2d");
        assertEquals(List.of("first", "depth", "mix"), layers());
        assertEquals("3 of 8 layers", one("[data-for=table0] .count").getText());
        one("[data-for=table0] .only").click();
        assertEquals(List.of("mix"), layers());
        one(".diagram a[data-id=first] rect").click(); // what is looked for is shown, whatever is filtered
        assertTrue(layers().contains("first"));
    }

    @Test
    void headersSort() {
        one("#table0 [data-sort='2']").click();
        assertEquals("descending", one("#table0 th:nth-child(3)").getDomAttribute("aria-sort"));
        assertEquals(List.of("norm", "leak"), layers().subList(0, 2));
        one("#table0 [data-sort='2']").click();
        assertEquals(List.of("first", "pool", "depth"), layers().subList(0, 3));
        one("#table0 [data-sort='1']").click();
        assertEquals(List.of("depth", "first", "flat"), layers().subList(0, 3));
    }

    @Test
    void theGraphZoomsAndIsReachedByKeys() {
        int before = one(".diagram").getSize().width;
        one("[data-do=in]").click();
        assertTrue(one(".diagram").getSize().width > before * 1.2);
        one("[data-do=fit]").click();
        assertEquals(before, one(".diagram").getSize().width, 2);
        one(".viewport").sendKeys(Keys.ARROW_DOWN);
        assertTrue(is("document.activeElement.dataset.id === 'first'"));
        driver.switchTo().activeElement().sendKeys(Keys.ARROW_DOWN);
        assertTrue(is("document.activeElement.dataset.id === 'pool'"));
        driver.switchTo().activeElement().sendKeys(Keys.ENTER);
        assertTrue(one("tbody[data-box=pool] .details").isDisplayed());
    }

    /** Nothing of what names in the files say is run, nothing is fetched; a phone needs no scrolling aside. */
    @Test
    void nothingIsRunOrFetchedAndAPhoneIsWideEnough() {
        assertTrue(driver.getTitle().contains("<img src=x"), driver.getTitle());
        assertTrue(is("document.querySelectorAll('img, iframe, object, link').length === 0"));
        assertTrue(is("document.scripts.length === 1"));
        assertTrue(is("performance.getEntriesByType('resource').length === 0"));
        size(390, 844);
        driver.navigate().refresh();
        assertTrue(is("document.documentElement.scrollWidth <= 390"));
        driver.executeScript("document.querySelector('tbody[data-box=norm] .opens').click()");
        assertTrue(one("tbody[data-box=norm] .details").isDisplayed());
        assertTrue(is("document.documentElement.scrollWidth <= 390"));
    }
}
