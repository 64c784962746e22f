package dev.posthorn.model;

/** What a program is lowered for: layers such as dropout and batch normalisation differ. */
public enum Mode {
    INFERENCE,
    TRAINING
}
