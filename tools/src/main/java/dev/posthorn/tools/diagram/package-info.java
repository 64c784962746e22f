/**
 * Graphs as pictures: what is drawn ({@link dev.posthorn.tools.diagram.Diagram}), where it lies
 * ({@link dev.posthorn.tools.diagram.Layered}), as SVG ({@link dev.posthorn.tools.diagram.Svg}); and models as such graphs.
 */
package dev.posthorn.tools.diagram;
