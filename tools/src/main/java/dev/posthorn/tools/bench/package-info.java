/** Measures speed; run by hand, never by a test. */
package dev.posthorn.tools.bench;
