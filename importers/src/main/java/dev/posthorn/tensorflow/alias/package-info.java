/**
 * TensorFlow's ops, each as what it is in the IR: a family a file, a line or a function an op. {@link
 * dev.posthorn.tensorflow.alias.TfOps} lists the families. Adding an op needs nothing else; see {@code docs/adding.md}.
 */
package dev.posthorn.tensorflow.alias;
