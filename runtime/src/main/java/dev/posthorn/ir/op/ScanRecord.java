package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What values of a {@link Scan}'s body were in each step: ys of the loop, or of another one that has these too. */
final class ScanRecord {
    private ScanRecord() {}

    /** All of these, stacked, by the value of the body. */
    static Map<Value, Value> of(Scan scan, Adjoint g, List<Value> values) {
        Graph body = scan.body();
        List<Value> ys = body.results();
        Map<String, Value> results = new LinkedHashMap<>(body.outputs());
        Map<Value, Value> recorded = new HashMap<>();
        List<Value> missing = new ArrayList<>();
        for (Value v : values) {
            int at = ys.subList(scan.carries(), ys.size()).indexOf(v);
            if (at >= 0) {
                recorded.put(v, g.out(scan.carries() + at));
            } else {
                missing.add(v);
                results.put("recorded " + results.size(), v);
            }
        }
        if (!missing.isEmpty()) {
            Graph more = new Graph(body.nodes(), body.inputs(), results, Map.of());
            List<Value> out =
                    g.builder().addAll(new Scan(more, scan.carries(), scan.scanned(), scan.reverse()), g.in());
            for (int k = 0; k < missing.size(); k++) {
                recorded.put(missing.get(k), out.get(ys.size() + k));
            }
        }
        return recorded;
    }
}
