/**
 * Checks models against recorded inputs and outputs. In: case folders as the oracle writes them, or a model and an
 * {@code .npz}. Out: one verdict for each model file. Knows no command line; tests call it too.
 */
package dev.posthorn.tools.verify;
