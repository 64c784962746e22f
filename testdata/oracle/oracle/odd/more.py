"""The odd cases that no archive holds."""

from . import gathered


def cases():
    return gathered("odder", False)
