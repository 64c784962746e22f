package dev.posthorn.tensorflow;

import dev.posthorn.ir.Value;
import java.util.List;
import java.util.function.Function;

/** How an op of TensorFlow is read: what it is in the IR. */
public interface TfOp {
    /** The op's name in graphs. */
    String name();

    /** Writes the op as IR at this node; its outputs, in order. */
    List<TfValue> read(Site site);

    /** An op of one output. */
    static TfOp one(String name, Function<Site, Value> read) {
        return general(name, s -> List.of(new TfValue.Of(read.apply(s))));
    }

    /** An op of several outputs. */
    static TfOp many(String name, Function<Site, List<Value>> read) {
        return general(name, s -> TfValue.of(read.apply(s)));
    }

    /** An op of whatever outputs. */
    static TfOp general(String name, Function<Site, List<TfValue>> read) {
        return new TfOp() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<TfValue> read(Site site) {
                return read.apply(site);
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }
}
