/**
 * Plans: a specialised graph comes in; steps over kernels and a place in memory for every value go out. Each binding of an
 * op to a kernel is one {@link dev.posthorn.plan.StepRule}. This room knows graphs and kernels, no formats and no layers.
 */
package dev.posthorn.plan;
