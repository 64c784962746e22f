"""Steps of training: of whole variables and of rows of them, of both kinds of variables."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .base import Rows, f32

ROWS = Rows("steps")
fn = ROWS.fn
raw = tf.raw_ops


def real(name, *shape, dtype=np.float32):
    return ROWS.rng(name).normal(size=shape).astype(dtype)


# The slots, positive ones in capitals; then the settings in their order, g for the gradient.
RULES = {
    "GradientDescent": ("", "alpha delta", {}),
    "ProximalGradientDescent": ("", "alpha l1 l2 delta", {}),
    "Adadelta": ("accum:P accum_update:P", "lr rho epsilon grad", {}),
    "Adagrad": ("accum:P", "lr grad", {"update_slots": (True, False)}),
    "AdagradV2": ("accum:P", "lr epsilon grad", {"update_slots": (True, False)}),
    "ProximalAdagrad": ("accum:P", "lr l1 l2 grad", {}),
    "AdagradDA": ("gradient_accumulator gradient_squared_accumulator:P", "grad lr l1 l2 global_step", {}),
    "Ftrl": ("accum:P linear", "grad lr l1 l2 lr_power", {"multiply_linear_by_lr": (True, False)}),
    "FtrlV2": ("accum:P linear", "grad lr l1 l2 l2_shrinkage lr_power", {"multiply_linear_by_lr": (True, False)}),
    "Momentum": ("accum", "lr grad momentum", {"use_nesterov": (True, False)}),
    "KerasMomentum": ("accum", "lr grad momentum", {"use_nesterov": (True, False)}),
    "Adam": ("m v:P", "beta1_power beta2_power lr beta1 beta2 epsilon grad", {"use_nesterov": (True, False)}),
    "AdamWithAmsgrad": ("m v:P vhat:P", "beta1_power beta2_power lr beta1 beta2 epsilon grad", {}),
    "AdaMax": ("m v:P", "beta1_power lr beta1 beta2 epsilon grad", {}),
    "RMSProp": ("ms:P mom", "lr rho momentum epsilon grad", {}),
    "CenteredRMSProp": ("mg ms:Q mom", "lr rho momentum epsilon grad", {}),
    "AddSign": ("m", "lr alpha sign_decay beta grad", {}),
    "PowerSign": ("m", "lr logbase sign_decay beta grad", {}),
}
SETTINGS = dict(alpha=0.3, lr=0.2, l1=0.15, l2=0.4, l2_shrinkage=0.1, lr_power=-0.5, rho=0.8, epsilon=1e-3, momentum=0.7,
                beta1_power=0.6, beta2_power=0.8, beta1=0.7, beta2=0.9, sign_decay=0.6, logbase=1.1, beta=0.8)
INDICES = np.int32([3, 0, 3, 1, 3])


def step(rule, rows, resource, more, settings):
    """A function of the variable, its slots and the gradient: their values after the step."""
    slots, order, _ = RULES[rule]
    states = ["var", *(s.split(":")[0] for s in slots.split())]

    def run(**given):
        gradient, indices = given.pop("g"), given.pop("i", None)
        dtype = gradient.dtype
        handles, made = {}, []
        for name in states:
            if resource:
                handles[name] = raw.VarHandleOp(dtype=dtype, shape=given[name].shape, shared_name=name)
                made.append(raw.AssignVariableOp(resource=handles[name], value=given[name]))
            else:
                handles[name] = raw.VariableV2(shape=given[name].shape, dtype=dtype, shared_name=name)
                made.append(raw.Assign(ref=handles[name], value=given[name]))
        arguments = dict(handles)
        for name in order.split():
            arguments[name] = gradient if name in ("grad", "delta") else tf.constant(7, tf.int64) if name == "global_step" \
                else tf.constant({**SETTINGS, **settings}[name], dtype)
        if rows:
            arguments["indices"] = indices
            arguments["grad" if "grad" in arguments else "delta"] = gradient
            if rule == "ProximalGradientDescent":
                arguments["grad"] = arguments.pop("delta")
        op = getattr(raw, ("Resource" if resource else "") + ("Sparse" if rows else "") + "Apply" + rule)
        with tf.control_dependencies(made):
            done = op(**arguments, **more)
        with tf.control_dependencies([done if isinstance(done, tf.Operation) else done.op]):
            return [raw.ReadVariableOp(resource=h, dtype=dtype) if resource else tf.identity(h) for h in handles.values()]
    return run


def inputs(rule, rows, dtype):
    given = {"var": real(rule + "var", 4, 3)}
    for slot in RULES[rule][0].split():
        name, _, kind = slot.partition(":")
        x = real(rule + name, 4, 3)
        given[name] = np.abs(x) + 0.1 + (2 if kind == "Q" else 0) if kind else x
    given["g"] = real(rule + "g", len(INDICES) if rows else 4, 3)
    given = {k: v.astype(dtype) for k, v in given.items()}
    return {**given, **({"i": INDICES} if rows else {})}


def rule_rows(rule, name, resource=True, more=(), settings=(), dtype=np.float32):
    dense_only = rule in ("GradientDescent", "Adam", "AdamWithAmsgrad", "AdaMax", "AddSign", "PowerSign")
    for rows in (False,) if dense_only else (False, True):
        kind = ("Resource" if resource else "") + ("Sparse" if rows else "") + "Apply" + rule
        fn(kind + name, step(rule, rows, resource, dict(more), dict(settings)), tol=1e-5, **inputs(rule, rows, dtype))


for rule, (_, _, options) in RULES.items():
    for option, values in (options or {None: (None,)}).items():
        for value in values:
            rule_rows(rule, "" if option is None else f"_{value}", more={} if option is None else {option: value})
    if rule not in ("KerasMomentum", "AdamWithAmsgrad"):
        rule_rows(rule, "", resource=False)
    if rule in ("Adam", "Ftrl", "RMSProp", "GradientDescent"):
        rule_rows(rule, "_float64", dtype=np.float64)
for rule in ("ProximalGradientDescent", "ProximalAdagrad", "AdagradDA"):
    rule_rows(rule, "_no_l1", settings=dict(l1=0.0))
rule_rows("Ftrl", "_power", settings=dict(lr_power=-0.7))
rule_rows("FtrlV2", "_no_l1", settings=dict(l1=0.0, l2=0.0))


def count(resource):
    def run(x):
        handle = raw.VarHandleOp(dtype=tf.int64, shape=[], shared_name="c") if resource else raw.VariableV2(
            shape=[], dtype=tf.int64, shared_name="c")
        made = raw.AssignVariableOp(resource=handle, value=x) if resource else raw.Assign(ref=handle, value=x)
        with tf.control_dependencies([made]):
            y = raw.ResourceCountUpTo(resource=handle, limit=9, T=tf.int64) if resource else raw.CountUpTo(ref=handle, limit=9)
        with tf.control_dependencies([y]):
            return [y, raw.ReadVariableOp(resource=handle, dtype=tf.int64) if resource else tf.identity(handle)]
    return run


fn("ResourceCountUpTo", count(True), x=np.int64(4))
fn("CountUpTo", count(False), x=np.int64(8))
