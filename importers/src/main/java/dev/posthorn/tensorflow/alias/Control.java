package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.List;

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
            general("Assert", Control::check),
            general("Print", s -> List.of(Shapes.read(s, 0))),
            general("PrintV2", s -> List.of()));

    private Control() {}

    private static List<TfValue> placeholder(Site s) {
        throw new ModelFormatException(
                "Placeholder: expected one of the signature's inputs but was another, at " + s.where());
    }

    /** A condition that is known not to hold is an error at once; others are checked by the ops that need them. */
    private static List<TfValue> check(Site s) {
        if (s.isConstant(0) && s.constant(0).getLong(0) == 0) {
            throw new ShapeException("expected a condition to hold but it does not");
        }
        return List.of();
    }
}
