/**
 * The façade that a user meets: models, signatures, variables, and the two borders at which other modules are found,
 * {@link dev.posthorn.model.ModelFormat} and {@link dev.posthorn.model.Backend}. It knows no file format.
 */
package dev.posthorn.model;
