/**
 * The commands, one file each: options in, a library call, text or JSON out. They hold no logic that a program would want
 * to call.
 */
package dev.posthorn.tools.command;
