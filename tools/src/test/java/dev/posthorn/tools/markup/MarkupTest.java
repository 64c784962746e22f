package dev.posthorn.tools.markup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MarkupTest {
    @Test
    void textsAndAttributesAreNeverMarkup() {
        String bad = "<script>\"'&\u0000\u202e";
        String safe = "&lt;script&gt;&quot;&#39;&amp;\ufffd\ufffd";
        assertEquals(
                "<p class=\"" + safe + "\">" + safe + "</p>",
                new Markup().element("p", bad, "class", bad).toString());
    }

    @Test
    void emptyAttributesAreLeftOut() {
        assertEquals(
                "<a id=\"1\"/>",
                new Markup().empty("a", "class", "", "href", null, "id", 1).toString());
    }

    @Test
    void whatIsNoNameIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Markup().open("a b"));
        assertThrows(IllegalArgumentException.class, () -> new Markup().open("a", "on click", "x"));
    }

    @Test
    void everyElementMustBeEnded() {
        assertThrows(IllegalStateException.class, () -> new Markup().open("p").toString());
    }
}
