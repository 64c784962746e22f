/**
 * Differentiation as a transformation of graphs. In come values of a builder; what is appended to that builder are their
 * derivatives. Each op says its own gradient; this room knows no op but those that broadcast.
 */
package dev.posthorn.autograd;
