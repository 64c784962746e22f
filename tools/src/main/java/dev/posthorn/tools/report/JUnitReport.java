package dev.posthorn.tools.report;

import dev.posthorn.tools.markup.Markup;

/** A report's checks in the XML of JUnit, which services of continuous integration read. */
public final class JUnitReport {
    private JUnitReport() {}

    public static String of(Report r) {
        long failed = r.checks().stream().filter(c -> c.failure().isPresent()).count();
        String name = "posthorn " + r.title() + " " + r.subject();
        Markup m = new Markup();
        m.trusted("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        m.open("testsuites", "tests", r.checks().size(), "failures", failed);
        m.open("testsuite", "name", name, "tests", r.checks().size(), "failures", failed, "errors", 0, "skipped", 0);
        for (Report.Check c : r.checks()) {
            m.trusted("\n").open("testcase", "classname", c.group(), "name", c.name());
            c.failure().ifPresent(f -> m.element("failure", f, "message", f));
            m.close();
        }
        return m.close().close() + "\n";
    }
}
