/**
 * Primitives that need TensorFlow's own messages. In: tensors. Out: tensors. They are run by their reference, as every
 * primitive without a kernel is.
 */
package dev.posthorn.tensorflow.host;
