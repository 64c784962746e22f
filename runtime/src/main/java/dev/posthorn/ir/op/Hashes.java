package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Hash functions of byte strings, bit for bit those that TensorFlow uses. */
public final class Hashes {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long K0 = 0xc3a5c85c97cb3127L;
    private static final long K1 = 0xb492b66fbe98f273L;
    private static final long K2 = 0x9ae16a3b2f90404fL;

    private Hashes() {}

    /** The number that a feature has in a cross: a string's fingerprint, or itself. */
    public static long feature(Tensor x, int i) {
        return x.dtype() == DType.STRING ? fingerprint(x.byteStrings()[i]) : x.getLong(i);
    }

    /** The bucket of a cross's hash; of any number where there are no buckets. */
    public static long bucket(long hash, long buckets) {
        return Long.remainderUnsigned(hash, buckets > 0 ? buckets : Long.MAX_VALUE);
    }

    /** FarmHash's Fingerprint64. Source: google/farmhash, namespace farmhashna. */
    public static long fingerprint(byte[] s) {
        int n = s.length;
        return n <= 16 ? upTo16(s, n) : n <= 32 ? upTo32(s, n) : n <= 64 ? upTo64(s, n) : longer(s, n);
    }

    private static long at(byte[] s, int i) {
        return (long) LONG.get(s, i);
    }

    private static long mixed(long x) {
        return x ^ x >>> 47;
    }

    private static long pair(long u, long v, long mul) {
        long a = mixed((u ^ v) * mul);
        return mixed((v ^ a) * mul) * mul;
    }

    private static long upTo16(byte[] s, int n) {
        long mul = K2 + n * 2L;
        if (n >= 8) {
            long a = at(s, 0) + K2;
            long b = at(s, n - 8);
            long c = Long.rotateRight(b, 37) * mul + a;
            return pair(c, (Long.rotateRight(a, 25) + b) * mul, mul);
        }
        if (n >= 4) {
            long a = (int) INT.get(s, 0) & 0xffffffffL;
            return pair(n + (a << 3), (int) INT.get(s, n - 4) & 0xffffffffL, mul);
        }
        if (n > 0) {
            long y = (s[0] & 0xff) + ((s[n >> 1] & 0xffL) << 8);
            long z = n + ((s[n - 1] & 0xffL) << 2);
            return mixed(y * K2 ^ z * K0) * K2;
        }
        return K2;
    }

    private static long upTo32(byte[] s, int n) {
        long mul = K2 + n * 2L;
        long a = at(s, 0) * K1;
        long b = at(s, 8);
        long c = at(s, n - 8) * mul;
        long d = at(s, n - 16) * K2;
        return pair(
                Long.rotateRight(a + b, 43) + Long.rotateRight(c, 30) + d, a + Long.rotateRight(b + K2, 18) + c, mul);
    }

    private static long upTo64(byte[] s, int n) {
        long mul = K2 + n * 2L;
        long a = at(s, 0) * K2;
        long b = at(s, 8);
        long c = at(s, n - 8) * mul;
        long d = at(s, n - 16) * K2;
        long y = Long.rotateRight(a + b, 43) + Long.rotateRight(c, 30) + d;
        long z = pair(y, a + Long.rotateRight(b + K2, 18) + c, mul);
        long e = at(s, 16) * mul;
        long f = at(s, 24);
        long g = (y + at(s, n - 32)) * mul;
        long h = (z + at(s, n - 24)) * mul;
        return pair(
                Long.rotateRight(e + f, 43) + Long.rotateRight(g, 30) + h, e + Long.rotateRight(f + a, 18) + g, mul);
    }

    private static long longer(byte[] s, int n) {
        long x = 81;
        long y = x * K1 + 113;
        long z = mixed(y * K2 + 113) * K2;
        long[] v = {0, 0};
        long[] w = {0, 0};
        x = x * K2 + at(s, 0);
        int end = (n - 1) / 64 * 64;
        for (int i = 0; i < end; i += 64) {
            x = Long.rotateRight(x + y + v[0] + at(s, i + 8), 37) * K1;
            y = Long.rotateRight(y + v[1] + at(s, i + 48), 42) * K1;
            x ^= w[1];
            y += v[0] + at(s, i + 40);
            z = Long.rotateRight(z + w[0], 33) * K1;
            weak(s, i, v[1] * K1, x + w[0], v);
            weak(s, i + 32, z + w[1], y + at(s, i + 16), w);
            long swap = z;
            z = x;
            x = swap;
        }
        long mul = K1 + ((z & 0xff) << 1);
        int i = end + (n - 1 & 63) - 63;
        w[0] += n - 1 & 63;
        v[0] += w[0];
        w[0] += v[0];
        x = Long.rotateRight(x + y + v[0] + at(s, i + 8), 37) * mul;
        y = Long.rotateRight(y + v[1] + at(s, i + 48), 42) * mul;
        x ^= w[1] * 9;
        y += v[0] * 9 + at(s, i + 40);
        z = Long.rotateRight(z + w[0], 33) * mul;
        weak(s, i, v[1] * mul, x + w[0], v);
        weak(s, i + 32, z + w[1], y + at(s, i + 16), w);
        return pair(pair(v[0], w[0], mul) + mixed(y) * K0 + x, pair(v[1], w[1], mul) + z, mul);
    }

    private static void weak(byte[] s, int i, long a, long b, long[] out) {
        long c = a + at(s, i);
        long d = Long.rotateRight(b + c + at(s, i + 24), 21);
        long e = c + at(s, i + 8) + at(s, i + 16);
        out[1] = d + Long.rotateRight(e, 44) + c;
        out[0] = e + at(s, i + 24);
    }

    /** One fingerprint of two. Source: tensorflow/core/platform/fingerprint.h, FingerprintCat64. */
    public static long concatenated(long x, long y) {
        long mul = 0xc6a4a7935bd1e995L;
        long r = (x ^ mul ^ mixed(y * mul) * mul) * mul;
        return mixed(mixed(r) * mul);
    }

    /** What tables of TensorFlow hash by. Source: tensorflow/core/platform/hash.cc, Hash64. */
    public static long murmur(byte[] s) {
        long m = 0xc6a4a7935bd1e995L;
        long h = 0xdecafcaffeL ^ s.length * m;
        int whole = s.length & ~7;
        for (int i = 0; i < whole; i += 8) {
            long k = at(s, i) * m;
            h = (h ^ (k ^ k >>> 47) * m) * m;
        }
        if (whole < s.length) {
            h = (h ^ at(Arrays.copyOf(Arrays.copyOfRange(s, whole, s.length), 8), 0)) * m;
        }
        h = (h ^ h >>> 47) * m;
        return h ^ h >>> 47;
    }

    /** SipHash-2-4. Source: Aumasson and Bernstein, SipHash: a fast short-input PRF. */
    public static long sip(byte[] s, long k0, long k1) {
        long[] v = {
            k0 ^ 0x736f6d6570736575L, k1 ^ 0x646f72616e646f6dL, k0 ^ 0x6c7967656e657261L, k1 ^ 0x7465646279746573L
        };
        int whole = s.length & ~7;
        for (int i = 0; i < whole; i += 8) {
            take(v, at(s, i));
        }
        byte[] last = Arrays.copyOf(Arrays.copyOfRange(s, whole, s.length), 8);
        last[7] = (byte) s.length;
        take(v, at(last, 0));
        v[2] ^= 0xff;
        for (int i = 0; i < 4; i++) {
            round(v);
        }
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void take(long[] v, long block) {
        v[3] ^= block;
        round(v);
        round(v);
        v[0] ^= block;
    }

    private static void round(long[] v) {
        v[0] += v[1];
        v[1] = Long.rotateLeft(v[1], 13) ^ v[0];
        v[0] = Long.rotateLeft(v[0], 32);
        v[2] += v[3];
        v[3] = Long.rotateLeft(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = Long.rotateLeft(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = Long.rotateLeft(v[1], 17) ^ v[2];
        v[2] = Long.rotateLeft(v[2], 32);
    }
}
