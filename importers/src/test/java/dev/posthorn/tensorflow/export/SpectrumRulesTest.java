package dev.posthorn.tensorflow.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Complex;
import dev.posthorn.ir.op.Cumulative;
import dev.posthorn.ir.op.Fft;
import dev.posthorn.ir.op.Lu;
import dev.posthorn.ir.op.Magnitude;
import dev.posthorn.ir.op.NextAfter;
import dev.posthorn.ir.op.Part;
import dev.posthorn.ir.op.PopulationCount;
import dev.posthorn.ir.op.TridiagonalSolve;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.model.Program;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variable;
import dev.posthorn.model.Variables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        One program = new One(op, types);
        Path saved = folder.resolve("saved");
        SavedModelWriter.write(program, new Variables.Snapshot(0, Map.of()), saved, SaveOptions.DEFAULT, List.of());
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

    /** A program of one op. */
    private record One(Op op, List<TensorType> types) implements Program {
        Graph graph() {
            Builder b = new Builder();
            List<Value> in = new ArrayList<>();
            types.forEach(t -> in.add(b.input("x" + in.size(), t)));
            Map<String, Value> out = new LinkedHashMap<>();
            b.addAll(op, in).forEach(v -> out.put("y" + out.size(), v));
            return b.graph(in, out, Map.of());
        }

        @Override
        public List<Signature> signatures() {
            List<Port> inputs = new ArrayList<>();
            types.forEach(t -> inputs.add(new Port("x" + inputs.size(), t)));
            List<Port> outputs = new ArrayList<>();
            graph().outputs().values().forEach(v -> outputs.add(new Port("y" + outputs.size(), v.type())));
            return List.of(new Signature(Signature.DEFAULT, inputs, outputs));
        }

        @Override
        public List<Variable> variables() {
            return List.of();
        }

        @Override
        public Graph lower(String signature, List<TensorType> inputs, Mode mode) {
            return graph();
        }

        @Override
        public Graph lowerParts(String signature, List<TensorType> inputs, Mode mode) {
            return graph();
        }

        @Override
        public List<Program.Part> parts() {
            return List.of();
        }

        @Override
        public String name() {
            return "one";
        }
    }
}
