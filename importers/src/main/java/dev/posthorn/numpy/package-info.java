/**
 * NumPy's array files. In: {@code .npy} files (whole or some rows at a time) and {@code .npz} archives. Out: tensors; and
 * the same files, byte for byte as NumPy writes them. Knows no model.
 */
package dev.posthorn.numpy;
