"""Models that are legal and odd: options, structures, names, masks, policies and operations together as no other suite has them."""

from ..keras_case import Collector
from . import graphs, values

#: Families whose gradients and training calls are recorded too.
TRAINED = ("nested", "masks", "wrappers", "int8", "training")


class Few(Collector):
    """Records of most models what they compute, and no more."""

    def model(self, name, build, *specs, **options):
        trained = any(part in name for part in TRAINED)
        super().model(name, build, *specs, **{"grads": trained, "train": trained, **options})

    def graph(self, name, fn, *specs, **options):
        trained = any(part in name for part in TRAINED)
        super().graph(name, fn, *specs, **{"grads": trained, "train": trained, **options})


def cases():
    c = Few("combinations")
    for family in (graphs.nested, graphs.masks, graphs.structures, graphs.stateful, graphs.names, graphs.wrappers, values.policies,
                   values.operations, values.indexing, values.texts, values.layers, values.kwargs, values.more):
        family(c)
    return c.cases
