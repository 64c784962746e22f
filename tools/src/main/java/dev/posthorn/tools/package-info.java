/** The command line: what is common to all commands, above all how errors are told. */
package dev.posthorn.tools;
