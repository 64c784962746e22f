package dev.posthorn.ir.op.example;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ShapeException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The messages Example and SequenceExample. A feature is a vector of strings, float32 or int64; one without a list is not
 * there. Source: tensorflow/core/example/feature.proto, example.proto.
 */
final class ExampleBytes {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private ExampleBytes() {}

    /** Takes a field of a message: its number, and its bytes, or its number as eight bytes where it is one. */
    @FunctionalInterface
    private interface Field {
        void take(int number, int wire, ByteBuffer value);
    }

    private static void fields(ByteBuffer in, Field each) {
        while (in.hasRemaining()) {
            long tag = varint(in);
            int wire = (int) (tag & 7);
            ByteBuffer value;
            if (wire == BYTES) {
                long n = varint(in);
                if (n < 0 || n > in.remaining()) {
                    throw new ShapeException(
                            "expected a message but was a field of " + n + " bytes in " + in.remaining());
                }
                value = slice(in, (int) n);
            } else if (wire == VARINT) {
                value = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, varint(in));
            } else if (wire == FIXED32 || wire == FIXED64) {
                value = slice(in, wire == FIXED32 ? 4 : 8);
            } else {
                throw new ShapeException("expected a message but was a field of kind " + wire);
            }
            each.take((int) (tag >>> 3), wire, value);
        }
    }

    private static ByteBuffer slice(ByteBuffer in, int n) {
        if (n > in.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = in.slice(in.position(), n).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + n);
        return part;
    }

    private static long varint(ByteBuffer in) {
        long v = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = in.get();
            v |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return v;
            }
        }
        throw new ShapeException("expected a message but was a number of more than 64 bits");
    }

    private static byte[] bytes(ByteBuffer b) {
        byte[] all = new byte[b.remaining()];
        b.duplicate().get(all);
        return all;
    }

    /** Runs over a message with an error that says what it should have been. */
    private static void message(byte[] s, String what, Field each) {
        try {
            fields(ByteBuffer.wrap(s).order(ByteOrder.LITTLE_ENDIAN), each);
        } catch (BufferUnderflowException e) {
            throw new ShapeException("expected a whole " + what + " but was cut off", e);
        }
    }

    /** The features of an Example. */
    static Map<String, Tensor> example(byte[] s) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        message(s, "tf.Example", (number, wire, value) -> {
            if (number == 1 && wire == BYTES) {
                features(value, all);
            }
        });
        return all;
    }

    /** The features of a SequenceExample's context, and its lists of features. */
    static void sequence(byte[] s, Map<String, Tensor> context, Map<String, List<Tensor>> lists) {
        message(s, "tf.SequenceExample", (number, wire, value) -> {
            if (number == 1 && wire == BYTES) {
                features(value, context);
            } else if (number == 2 && wire == BYTES) {
                fields(
                        value,
                        (n, w, entry) -> entry(entry, (key, list) -> {
                            List<Tensor> steps = new ArrayList<>();
                            fields(list, (m, v, step) -> {
                                if (m == 1 && v == BYTES) {
                                    steps.add(feature(step));
                                }
                            });
                            lists.put(key, steps);
                        }));
            }
        });
    }

    private static void features(ByteBuffer in, Map<String, Tensor> to) {
        fields(
                in,
                (number, wire, entry) -> entry(entry, (key, value) -> {
                    Tensor t = feature(value);
                    if (t == null) {
                        to.remove(key);
                    } else {
                        to.put(key, t);
                    }
                }));
    }

    private static void entry(ByteBuffer in, java.util.function.BiConsumer<String, ByteBuffer> to) {
        String[] key = {""};
        ByteBuffer[] value = {ByteBuffer.allocate(0)};
        fields(in, (number, wire, v) -> {
            if (number == 1 && wire == BYTES) {
                key[0] = new String(bytes(v), StandardCharsets.UTF_8);
            } else if (number == 2 && wire == BYTES) {
                value[0] = v;
            }
        });
        to.accept(key[0], value[0]);
    }

    /** The values of a feature; null where it has no list. */
    private static Tensor feature(ByteBuffer in) {
        Tensor[] found = {null};
        fields(in, (number, wire, list) -> {
            if (wire == BYTES) {
                found[0] = switch (number) {
                    case 1 -> strings(list);
                    case 2 -> floats(list);
                    case 3 -> longs(list);
                    default -> found[0];
                };
            }
        });
        return found[0];
    }

    private static Tensor strings(ByteBuffer in) {
        List<byte[]> all = new ArrayList<>();
        fields(in, (number, wire, v) -> all.add(bytes(v)));
        return Tensor.of(DType.STRING, Shape.of(all.size()), all.toArray(byte[][]::new));
    }

    private static Tensor floats(ByteBuffer in) {
        float[] all = new float[in.remaining() / 4];
        int[] n = {0};
        fields(in, (number, wire, v) -> {
            while (v.remaining() >= 4) {
                all[n[0]++] = v.getFloat();
            }
        });
        return Tensor.of(Shape.of(n[0]), java.util.Arrays.copyOf(all, n[0]));
    }

    private static Tensor longs(ByteBuffer in) {
        LongStream.Builder all = LongStream.builder();
        fields(in, (number, wire, v) -> {
            if (wire == VARINT) {
                all.add(v.getLong());
            }
            while (wire == BYTES && v.hasRemaining()) {
                all.add(varint(v));
            }
        });
        long[] values = all.build().toArray();
        return Tensor.of(Shape.of(values.length), values);
    }
}
