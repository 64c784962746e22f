/** What layers' configurations hold besides numbers: activation functions, and how weights start and are bounded. */
package dev.posthorn.keras.object;
