/** Primitives of images: boxes chosen and drawn, pictures cut out, files read and written. A record an op. */
package dev.posthorn.ir.op.image;
