package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/** Tiles of images as Winograd's transforms take them; those that reach over the border by way of a copy with zeros there. */
final class WinogradTiles {
    private WinogradTiles() {}

    /**
     * Bᵀ d B of a tile's inputs from (top, left) on, position by position {@code step} apart from {@code to[at]}.
     *
     * @param image where the image h × w of {@code channels} begins in x
     * @param room where {@code to} has the tile's room
     * @param patch where it has room for such a tile
     */
    static void input(
            WinogradTile tile,
            Simd simd,
            float[] x,
            int image,
            int top,
            int left,
            int h,
            int w,
            int channels,
            float[] to,
            int room,
            int patch,
            int at,
            int step) {
        int size = tile.inputs;
        if (top >= 0 && left >= 0 && top + size <= h && left + size <= w) {
            int from = image + (top * w + left) * channels;
            tile.input(simd, x, from, w * channels, channels, to, at, step, channels, room);
            return;
        }
        copy(size, x, image, top, left, h, w, channels, 0, channels, to, patch);
        tile.input(simd, to, patch, size * channels, channels, to, at, step, channels, room);
    }

    /** A d Aᵀ of the 2×2 pixels from (top, left) on, of the {@code n} channels from {@code c} on. */
    static void spread(
            Simd simd,
            float[] x,
            int image,
            int top,
            int left,
            int h,
            int w,
            int channels,
            int c,
            int n,
            float[] to,
            int patch,
            int at,
            int step) {
        if (top + 2 <= h && left + 2 <= w) {
            int from = image + (top * w + left) * channels + c;
            simd.winogradSpread(x, from, w * channels, channels, to, at, step, n);
            return;
        }
        copy(2, x, image, top, left, h, w, channels, c, n, to, patch);
        simd.winogradSpread(to, patch, 2 * n, n, to, at, step, n);
    }

    private static void copy(
            int size,
            float[] x,
            int image,
            int top,
            int left,
            int h,
            int w,
            int channels,
            int c,
            int n,
            float[] to,
            int patch) {
        int first = Math.min(size, Math.max(0, -left));
        int end = Math.max(first, Math.min(size, w - left));
        for (int r = 0; r < size; r++) {
            int at = patch + r * size * n;
            int from = image + ((top + r) * w + left) * channels + c;
            if (top + r < 0 || top + r >= h || first == end) {
                Arrays.fill(to, at, at + size * n, 0);
                continue;
            }
            Arrays.fill(to, at, at + first * n, 0);
            if (n == channels) {
                System.arraycopy(x, from + first * n, to, at + first * n, (end - first) * n);
            } else {
                for (int p = first; p < end; p++) {
                    System.arraycopy(x, from + p * channels, to, at + p * n, n);
                }
            }
            Arrays.fill(to, at + end * n, at + size * n, 0);
        }
    }
}
