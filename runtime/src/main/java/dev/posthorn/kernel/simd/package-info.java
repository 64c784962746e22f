/**
 * Inner loops of the kernels: the interface {@link dev.posthorn.kernel.simd.Simd} and its two providers, one in plain
 * Java and one over the Vector API. Only the classes named {@code Vector…} import {@code jdk.incubator.vector}; they are
 * loaded after {@link dev.posthorn.kernel.simd.Simd#best()} has found that this JVM can run them well.
 */
package dev.posthorn.kernel.simd;
