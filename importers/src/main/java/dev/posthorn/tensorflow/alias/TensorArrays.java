package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import dev.posthorn.tensorflow.TfValue.Elements;
import java.util.List;
import java.util.stream.Stream;

/**
 * TensorArrays of TensorFlow 1, lists whose flow carries the elements; of the first two versions, which have no flow at the
 * beginning, the elements are the handle.
 */
final class TensorArrays {
    static final List<TfOp> ALL = Stream.of("", "V2", "V3")
            .flatMap(v -> Stream.of(
                    general("TensorArray" + v, TensorArrays::array),
                    one("TensorArrayRead" + v, s -> Lists.item(s, 2, Shape.UNRANKED, Lists.scalar(s, s.in(1)))),
                    general(
                            "TensorArrayWrite" + v,
                            s -> List.of(Lists.set(s, Lists.list(s, 3), Lists.scalar(s, s.in(1)), s.in(2)))),
                    one(
                            "TensorArrayGather" + v,
                            s -> Lists.stacked(
                                    s,
                                    Lists.gathered(
                                            s, Lists.list(s, 2), s.attributes().shape("element_shape"), s.in(1)),
                                    Shape.UNRANKED)),
                    general(
                            "TensorArrayScatter" + v,
                            s -> List.of(Lists.scatter(s, Lists.list(s, 3), s.in(1), s.in(2)))),
                    one("TensorArraySize" + v, s -> Lists.list(s, 1).length()),
                    general("TensorArrayConcat" + v, s -> Lists.concat(s, 1)),
                    general("TensorArraySplit" + v, s -> List.of(Lists.split(s, s.in(1)))),
                    general("TensorArrayClose" + v, s -> List.of())))
            .toList();

    private TensorArrays() {}

    private static List<TfValue> array(Site s) {
        TensorType element =
                new TensorType(s.attributes().type("dtype"), s.attributes().shape("element_shape"));
        Elements none = new Elements(element, Lists.scalar(s, s.in(0)), null);
        boolean grows = s.attributes().bool("dynamic_size", false);
        return s.op().endsWith("V3") ? List.of(new TfValue.Array(grows), none) : List.of(none);
    }
}
