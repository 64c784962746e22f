/** HTML, SVG and XML, written so that nothing given as text can be markup. */
package dev.posthorn.tools.markup;
