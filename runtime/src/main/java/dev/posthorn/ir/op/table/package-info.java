/** Primitives of tables whose content is a value, and of rows as sets. A record an op. */
package dev.posthorn.ir.op.table;
