package dev.posthorn.ir.op.example;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Features of serialised tf.Example: {@code s[n] or s[], default₀ … → indices…, values…, shapes… of the sparse, y… of the
 * dense, values…, splits… of the ragged}. A dense feature that an example has not is its default; one without (an empty
 * default) must be there.
 *
 * <p>(C1) features of their types and sizes. Source: TF ParseExampleV2, ParseSingleExample.
 */
public record ParseExamples(Fields fields) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        Shape s = in.count(1 + fields.dense().size()).shape(0);
        if (in.dtype(0) != DType.STRING || s.isRanked() && s.rank() > 1) {
            throw new ShapeException("expected serialised examples but was " + in.type(0));
        }
        for (int i = 0; i < fields.dense().size(); i++) {
            if (in.dtype(i + 1) != fields.dense().get(i).dtype()) {
                throw new ShapeException(
                        "expected a default of " + fields.dense().get(i).dtype() + " but was " + in.type(i + 1));
            }
        }
        boolean batch = s.rank() == 1;
        return new Rows(batch).types(fields, batch ? s.dim(0) : 1);
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        List<Map<String, Tensor>> examples = Arrays.stream(in.get(0).byteStrings())
                .map(ExampleBytes::example)
                .toList();
        return new Rows(in.get(0).shape().rank() == 1).all(examples, fields, in.subList(1, in.size()));
    }
}
