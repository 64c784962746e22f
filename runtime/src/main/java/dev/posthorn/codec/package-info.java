/** How configurations become objects and objects configurations, described once for both directions. */
package dev.posthorn.codec;
