/** Where two ways to compute a model part. */
package dev.posthorn.tools.diff;
