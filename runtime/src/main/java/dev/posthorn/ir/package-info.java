/**
 * The intermediate representation: typed values, nodes and graphs, made by {@link dev.posthorn.ir.Builder} alone and
 * changed by copying alone. It knows no layers, no formats, no kernels.
 */
package dev.posthorn.ir;
