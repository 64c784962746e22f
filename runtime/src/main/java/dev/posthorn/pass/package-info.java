/**
 * Passes: functions from a graph to a graph that means the same and runs faster. Each is one file, and nothing else knows
 * it. They copy through a fresh builder; they know no kernels and no formats.
 */
package dev.posthorn.pass;
