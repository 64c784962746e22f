/** Files that appear whole or not at all, and the zip archives of Keras and NumPy, whose entries are stored as they are. */
package dev.posthorn.file;
