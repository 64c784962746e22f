/**
 * What a command found, as pages for people and machines: one {@link dev.posthorn.tools.report.Report}, written as HTML that needs
 * nothing but itself, as Markdown, as JUnit's XML. Comes in: findings of the other rooms, whose names are not trusted. Must not
 * know: how anything is computed.
 */
package dev.posthorn.tools.report;
