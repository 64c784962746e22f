/**
 * TensorFlow's checkpoint files: an index table in LevelDB's format and shards of bytes. In: a prefix of paths. Out:
 * tensors by key, every checksum verified. Files are not trusted: no size is believed before it is checked against the
 * file's own. Knows no graphs.
 */
package dev.posthorn.tensorflow.bundle;
