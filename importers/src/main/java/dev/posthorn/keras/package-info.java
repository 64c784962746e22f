/**
 * Keras models: a file in any of Keras's formats comes in, a {@link dev.posthorn.keras.KerasProgram} and the values of its
 * variables go out. A configuration is read by {@link dev.posthorn.keras.LayerReader} into a tree of
 * {@link dev.posthorn.keras.LayerNode}; {@link dev.posthorn.keras.Lowering} makes graphs of it; where weights live in a
 * file is a {@link dev.posthorn.keras.layout.Layout}. This room knows no kernels and no backends.
 */
package dev.posthorn.keras;
