/**
 * What a user has in files, as tensors, and back: arrays, pictures, CSV, JSON. In: paths and the ports of a signature. Out:
 * rows for each input; files of the outputs that appear whole or not at all. Knows no model.
 */
package dev.posthorn.tools.data;
