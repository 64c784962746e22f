/** Findings of each command as a {@link dev.posthorn.tools.report.Report}. */
package dev.posthorn.tools.page;
