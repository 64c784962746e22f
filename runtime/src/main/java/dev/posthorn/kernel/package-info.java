/**
 * The kernel room: numeric inner work as static methods and prepared objects over heap arrays with offsets.
 *
 * <p>What comes in: {@code float[] x, int xo} pairs, row-major and channels last, plus sizes. What goes out: values
 * written into the caller's arrays. The room knows no graph, no tensor and no element type but float32 (copies are
 * written for every storage type).
 *
 * <p>Everything that can be done once (packing weights, window tables, tile sizes) is done by an immutable prepared
 * object ({@link dev.posthorn.kernel.PackedB}, {@link dev.posthorn.kernel.Conv2d} …), which any number of threads may
 * share. A call takes the {@link dev.posthorn.kernel.Workers} that share its tiles and the caller's
 * {@link dev.posthorn.kernel.Scratch}; working memory comes from there and is kept, so a call allocates no arrays.
 * Results are bit-equal whatever the number of threads: no sum is ever split by thread.
 *
 * <p>Inner loops live in {@link dev.posthorn.kernel.simd.Simd}, once scalar and once with the Vector API.
 */
package dev.posthorn.kernel;
