package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Constants, calls of functions, branches, loops, and ops that only look. */
final class Control {
    static final List<TfOp> ALL = List.of(
            one("Const", s -> s.b().constant(s.attributes().tensor("value"))),
            general("Placeholder", Control::placeholder),
            general("PlaceholderV2", Control::placeholder),
            general("NoOp", s -> List.of()),
            general("ControlTrigger", s -> List.of()),
            general("PartitionedCall", Site::call),
            general("StatefulPartitionedCall", Site::call),
            general("If", Site::branch),
            general("StatelessIf", Site::branch),
            general("Case", Site::branches),
            general("StatelessCase", Site::branches),
            general("While", Site::loop),
            general("StatelessWhile", Site::loop),
            general("BatchFunction", Site::call),
            general("FakeParam", Control::none),
            one("DeviceIndex", s -> {
                List<String> names = s.attributes().strings("device_names");
                return s.b().constant(DType.INT32, names.contains("CPU") ? names.indexOf("CPU") : names.size());
            }),
            general("Assert", Control::check),
            general("OptionalFromValue", s -> List.of(new TfValue.Maybe(s.raws(), Logic.truth(s, true)))),
            general("OptionalNone", s -> List.of(new TfValue.Maybe(null, Logic.truth(s, false)))),
            one("OptionalHasValue", s -> optional(s).holds()),
            general("OptionalGetValue", Control::held),
            general("Print", s -> List.of(Shapes.read(s, 0))),
            general("PrintV2", s -> List.of()));

    /** Ops that report how a training goes: a model that is called does without. */
    static final List<TfOp> REPORTS = Stream.concat(
                    Stream.of(
                                    "CloseSummaryWriter CreateSummaryFileWriter FlushSummaryWriter ImportEvent"
                                            .split(" "),
                                    "WriteAudioSummary WriteGraphSummary WriteHistogramSummary".split(" "),
                                    "WriteImageSummary WriteRawProtoSummary WriteScalarSummary WriteSummary".split(" "))
                            .flatMap(Stream::of)
                            .map(name -> general(name, s -> List.of())),
                    Stream.of("SummaryWriter")
                            .map(name -> general(name, s -> List.of(new TfValue.Missing("a writer of summaries")))))
            .toList();

    private Control() {}

    /** What was given when the graph was made: a resource that nothing uses any more is none. */
    private static List<TfValue> placeholder(Site s) {
        if (s.attributes().type("dtype", DType.FLOAT32) == DType.RESOURCE) {
            return List.of(new TfValue.Missing("a resource that is given, at " + s.where()));
        }
        throw new ModelFormatException(
                "Placeholder: expected one of the signature's inputs but was another, at " + s.where());
    }

    /** What a branch gives in place of a value that only the other has. */
    private static List<TfValue> none(Site s) {
        DType type = s.attributes().type("dtype");
        Shape shape = s.attributes().shape("shape");
        return List.of(
                shape.isKnown()
                        ? new TfValue.Of(s.b().constant(Tensor.zeros(new TensorType(type, shape))))
                        : new TfValue.Nothing(type));
    }

    private static TfValue.Maybe optional(Site s) {
        if (s.raw(0) instanceof TfValue.Maybe m) {
            return m;
        }
        throw new ModelFormatException(s.op() + ": expected an optional but was another, at " + s.where());
    }

    private static List<TfValue> held(Site s) {
        TfValue.Maybe m = optional(s);
        if (m.held() == null) {
            throw s.unsupported("an optional that holds nothing");
        }
        s.frame().state().check(s.b(), "an optional that holds a value (" + s.where() + ")", m.holds());
        return m.held();
    }

    /** A call whose condition does not hold is an error, whose message is the texts that the op would print. */
    private static List<TfValue> check(Site s) {
        String text = IntStream.range(1, s.count())
                .filter(i -> s.dtype(i) == DType.STRING
                        && s.isConstant(i)
                        && s.constant(i).size() == 1)
                .mapToObj(i -> s.constant(i).getString(0))
                .collect(Collectors.joining(" "));
        s.frame().state().check(s.b(), "a condition to hold (" + text + ", at " + s.where() + ")", s.in(0));
        return List.of();
    }
}
