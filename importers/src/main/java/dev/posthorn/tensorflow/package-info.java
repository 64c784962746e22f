/**
 * TensorFlow's models: SavedModels, frozen graphs and checkpoints. In: files. Out: programs whose graphs are read node by
 * node, one to one; improving them is for passes. State (variables, tables) becomes inputs and updates of the graph, in the
 * order in which control dependencies put reads and writes; functions are read in place, branches and loops become ops
 * that hold graphs. Knows nothing of Keras.
 */
package dev.posthorn.tensorflow;
