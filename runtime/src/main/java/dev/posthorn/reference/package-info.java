/** The naive backend, by which every other one is judged. It knows graphs only. */
package dev.posthorn.reference;
