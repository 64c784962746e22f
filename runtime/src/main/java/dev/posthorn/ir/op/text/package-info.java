/** Primitives of strings and bytes: taken apart, put together, read as numbers. A record an op. */
package dev.posthorn.ir.op.text;
