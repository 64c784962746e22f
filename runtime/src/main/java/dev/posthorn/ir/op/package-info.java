/** Primitives: a record an op, with its attributes, inference and reference. */
package dev.posthorn.ir.op;
