package dev.posthorn.tensorflow.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Complex;
import dev.posthorn.ir.op.Cumulative;
import dev.posthorn.ir.op.Fft;
import dev.posthorn.ir.op.Lu;
import dev.posthorn.ir.op.Magnitude;
import dev.posthorn.ir.op.NextAfter;
import dev.posthorn.ir.op.Part;
import dev.posthorn.ir.op.PopulationCount;
import dev.posthorn.ir.op.TridiagonalSolve;
import dev.posthorn.model.Model;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.Signature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ops that are written to a SavedModel and read again give what they gave; that reading is TensorFlow's is in the cases. */
class SpectrumRulesTest {
    @TempDir
    private Path folder;

    static Stream<Arguments> ops() {
        TensorType real = TensorType.f32(2, 3, 4);
        TensorType complex = real.withDType(DType.COMPLEX64);
        return Stream.of(
                Arguments.of(new Complex(), List.of(real, real)),
                Arguments.of(new Part(false), List.of(complex)),
                Arguments.of(new Part(true), List.of(complex)),
                Arguments.of(new Magnitude(), List.of(complex)),
                Arguments.of(new Fft(List.of(2), false), List.of(complex)),
                Arguments.of(new Fft(List.of(1, 2), true), List.of(complex)),
                Arguments.of(new Fft(List.of(0, 2), false), List.of(complex)),
                Arguments.of(new Fft(List.of(0, 1, 2), true), List.of(complex)),
                Arguments.of(new Cumulative(Cumulative.Fn.PROD, 1, true, false), List.of(real)),
                Arguments.of(new Cumulative(Cumulative.Fn.LOGSUMEXP, 2, false, true), List.of(real)),
                Arguments.of(new NextAfter(), List.of(real, real)),
                Arguments.of(new PopulationCount(), List.of(real.withDType(DType.INT32))),
                Arguments.of(new TridiagonalSolve(), List.of(real, TensorType.f32(2, 4, 2))),
                Arguments.of(new Lu(DType.INT64), List.of(TensorType.f32(2, 3, 3))));
    }

    @ParameterizedTest
    @MethodSource("ops")
    void whatIsExportedIsReadAgain(Op op, List<TensorType> types) throws IOException {
        OneGraph program = new OneGraph(types, (b, in) -> b.addAll(op, in));
        Path saved = program.save(folder.resolve("saved"), SaveOptions.DEFAULT);
        Random random = new Random(7);
        List<Tensor> in = types.stream().map(t -> random(t, random)).toList();
        List<Tensor> expected = List.copyOf(
                Evaluation.of(program.graph()).run(in, key -> null).outputs().values());
        try (Model model = Model.load(saved)) {
            List<Tensor> was = model.call(Signature.DEFAULT, in);
            assertEquals(expected, was);
        }
    }

    private static Tensor random(TensorType type, Random random) {
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < t.size(); i++) {
            if (type.dtype().isComplex()) {
                t.setComplex(i, random.nextGaussian(), random.nextGaussian());
            } else {
                t.setDouble(i, 3 * random.nextGaussian());
            }
        }
        return t;
    }
}
