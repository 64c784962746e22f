/** What users bind to the names of layers and functions whose Python code no file holds, or Posthorn would never run. */
package dev.posthorn.keras.custom;
