/**
 * Functions made of other functions: activations, normalisations, recurrent loops, resampling. In come operands in a
 * builder; out go the values of an expansion into {@link dev.posthorn.ir.op}, from which types, reference results and
 * gradients follow. A kernel may still know such an op by its record and run it whole. Knows neither kernels nor files.
 */
package dev.posthorn.ir.fn;
