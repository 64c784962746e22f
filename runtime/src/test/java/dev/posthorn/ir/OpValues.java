package dev.posthorn.ir;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Operands and results as TensorFlow and Keras have them: {@code ops.txt} and its kin, which
 * {@code ops.py} and its kin of {@code src/test/python} write; the derivatives by results and operands where
 * TensorFlow differentiates, each empty where it has none.
 */
record OpValues(List<Tensor> operands, List<Tensor> results, List<Optional<Tensor>> dys, List<Optional<Tensor>> dxs) {
    /** All cases by name. */
    static Map<String, OpValues> read() {
        Map<String, OpValues> cases = new LinkedHashMap<>();
        List.of("ops.txt", "further.txt", "tensorflow.txt", "training.txt", "raw.txt", "math.txt")
                .forEach(file -> read(file, cases));
        return cases;
    }

    private static void read(String file, Map<String, OpValues> cases) {
        List<Tensor> tensors = new ArrayList<>();
        String last = "";
        try (BufferedReader r = new BufferedReader(
                new InputStreamReader(OpValues.class.getResourceAsStream(file), StandardCharsets.UTF_8))) {
            for (String line = r.readLine(); line != null; line = r.readLine()) {
                String[] words = line.split(" ");
                if (words[0].equals("t")) {
                    tensors.add(tensor(words));
                    continue;
                }
                int arrow = line.indexOf("-> ");
                if (words[0].equals("g")) {
                    OpValues v = cases.get(last);
                    cases.put(
                            last,
                            new OpValues(
                                    v.operands,
                                    v.results,
                                    pick(tensors, line.substring(1, arrow)),
                                    pick(tensors, line.substring(arrow + 3))));
                    continue;
                }
                int equals = line.indexOf(" = ");
                last = line.substring(0, equals);
                List<Optional<Tensor>> operands = pick(tensors, line.substring(equals + 3, arrow));
                List<Optional<Tensor>> results = pick(tensors, line.substring(arrow + 3));
                cases.put(last, new OpValues(all(operands), all(results), List.of(), List.of()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Tensor> all(List<Optional<Tensor>> tensors) {
        return tensors.stream().map(Optional::orElseThrow).toList();
    }

    private static List<Optional<Tensor>> pick(List<Tensor> tensors, String numbers) {
        return Arrays.stream(numbers.strip().split(" "))
                .filter(s -> !s.isEmpty())
                .map(s -> s.equals("-") ? Optional.<Tensor>empty() : Optional.of(tensors.get(Integer.parseInt(s))))
                .toList();
    }

    private static Tensor tensor(String[] words) {
        DType dtype = DType.ofKeras(words[2]).orElseThrow();
        String[] shape = words[3].equals("-") ? new String[0] : words[3].split("x");
        int[] dims = Arrays.stream(shape).mapToInt(Integer::parseInt).toArray();
        Tensor t = Tensor.zeros(new TensorType(dtype, Shape.of(dims)));
        for (int i = 0; i < t.size(); i++) {
            if (dtype.isComplex()) {
                t.setComplex(i, Double.parseDouble(words[4 + 2 * i]), Double.parseDouble(words[5 + 2 * i]));
                continue;
            }
            String word = words[4 + i];
            switch (dtype) {
                case STRING -> t.byteStrings()[i] = bytes(word);
                case FLOAT32 -> t.floats()[i] = Float.parseFloat(word);
                case FLOAT64, FLOAT16, BFLOAT16 -> t.setDouble(i, Double.parseDouble(word));
                case UINT64 -> t.setLong(i, Long.parseUnsignedLong(word));
                default -> t.setLong(i, Long.parseLong(word));
            }
        }
        return t;
    }

    /** A string in which {@code \xHH} is a byte, and {@code ""} nothing. */
    private static byte[] bytes(String word) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) == '\\') {
                bytes.write(Integer.parseInt(word.substring(i + 2, i + 4), 16));
                i += 3;
            } else if (word.charAt(i) != '"') {
                bytes.write(word.charAt(i));
            }
        }
        return bytes.toByteArray();
    }
}
