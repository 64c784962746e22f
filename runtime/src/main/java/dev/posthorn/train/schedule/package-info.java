/** Learning rates that depend on the step: records of Keras's configurations that write IR. They know neither models nor files. */
package dev.posthorn.train.schedule;
