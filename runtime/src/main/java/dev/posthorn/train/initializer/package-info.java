/** How weights start: records of Keras's configurations that make tensors. They know neither models nor files. */
package dev.posthorn.train.initializer;
