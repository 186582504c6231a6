"""What can score pictures against a target: metrics, descriptors, and callables."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_least_side
from cvret.catalog import DESCRIPTORS, find, name_of
from cvret.errors import ImageError, UnknownNameError
from cvret.features.pixels import Pixels
from cvret.index import dense
from cvret.metrics.definitions import METRICS
from cvret.metrics.many import Reference
from cvret.protocols import Descriptor, Learner

__all__ = ["Comparing", "comparing_of", "is_distance", "systems_by_name"]

Image = NDArray[np.uint8]
Scores = NDArray[np.float64]

_WRAPPING = {"masked", "prepared"}  # need another part


class Comparing(Protocol):
    """One or more systems that need the same of a picture."""

    def take(self, image: Image) -> NDArray[Any]:
        """Give what is kept of a picture; ImageError if it is too small."""

    def score(
        self, kept: Sequence[NDArray[Any]], target: int, n_jobs: int
    ) -> dict[str, Scores]:
        """Give each system's scores of all pictures but the target, in order."""


class _ByDescriptor:
    def __init__(self, name: str, part: Descriptor):
        self._name, self._part = name, part
        if isinstance(part, Learner):
            part.check_fitted()

    def take(self, image: Image) -> NDArray[Any]:
        least = getattr(self._part, "least_side", 1)
        try:
            check_least_side(image, least, type(self._part).__name__)
        except ValueError as error:
            raise ImageError(str(error)) from error
        return np.asarray(self._part.describe(image), np.float32)

    def score(
        self, kept: Sequence[NDArray[Any]], target: int, n_jobs: int
    ) -> dict[str, Scores]:
        others = [each for place, each in enumerate(kept) if place != target]
        searcher = dense.DenseIndex([{"vectors": np.stack(others)}], self._part.metric)
        return {self._name: searcher.score(kept[target])}


class _ByMetrics:
    """Full-reference metrics of pictures that are made small in the same way."""

    def __init__(self, part: Any):
        self._part = part
        self.metrics: dict[str, str] = {}  # by the names of systems

    def take(self, image: Image) -> NDArray[Any]:
        vector = np.asarray(self._part.describe(image))
        return vector.reshape(self._part.picture_shape).astype(np.uint8)

    def score(
        self, kept: Sequence[NDArray[Any]], target: int, n_jobs: int
    ) -> dict[str, Scores]:
        others = [each for place, each in enumerate(kept) if place != target]
        metrics = tuple(dict.fromkeys(self.metrics.values()))
        reference = Reference(kept[target], metrics, data_range=255.0)
        values = reference.measure(np.stack(others), n_jobs=n_jobs)
        found = {
            metric: -values[:, column] if is_distance(metric) else values[:, column]
            for column, metric in enumerate(metrics)
        }
        return {name: found[metric] for name, metric in self.metrics.items()}


class _ByCallable:
    def __init__(self, name: str, function: Callable[[Image, list[Image]], Any]):
        self._name, self._function = name, function

    def take(self, image: Image) -> NDArray[Any]:
        return image

    def score(
        self, kept: Sequence[NDArray[Any]], target: int, n_jobs: int
    ) -> dict[str, Scores]:
        others = [each for place, each in enumerate(kept) if place != target]
        found = np.asarray(self._function(kept[target], others), np.float64)
        if found.shape != (len(others),):
            raise ValueError(
                f"system {self._name!r} must give {len(others)} scores, got an array "
                f"of shape {found.shape}"
            )
        return {self._name: found}


def is_distance(metric: str) -> bool:
    """Tell whether small values of a full-reference metric are good."""
    return not METRICS[metric].is_similarity


def systems_by_name(systems: Any) -> dict[str, Any]:
    """Give systems by name, or raise unless they are a list or a mapping of two."""
    if isinstance(systems, str) or not isinstance(systems, Mapping | Sequence):
        raise TypeError(
            "systems must be a list such as ['ssim', HSVHistogram()], or a mapping of "
            f"names to systems, got {systems!r}"
        )
    if len(systems) < 2:
        raise ValueError(f"systems must be at least two, got {len(systems)}")
    if isinstance(systems, Mapping):
        for name in systems:
            if not isinstance(name, str):
                raise TypeError(f"names of systems must be strings, got {name!r}")
        return dict(systems)
    named: dict[str, Any] = {}
    for system in systems:
        name = system if isinstance(system, str) else _name_of(system)
        if name in named:
            raise ValueError(
                f"systems has two that are called {name!r}; hand over a mapping, with "
                "a name of your own for each"
            )
        named[name] = system
    return named


def _name_of(system: Any) -> str:
    if isinstance(system, Descriptor):
        return name_of(system) or type(system).__name__
    return str(getattr(system, "__name__", type(system).__name__))


def comparing_of(named: Mapping[str, Any], size: tuple[int, int]) -> list[Comparing]:
    """Give what compares by each system; metrics of one size are compared together."""
    comparing: list[Comparing] = []
    by_name = _ByMetrics(Pixels(size))
    for name, system in named.items():
        if isinstance(system, str) and system in METRICS:
            if not by_name.metrics:
                comparing.append(by_name)
            by_name.metrics[name] = system
        elif isinstance(system, str):
            comparing.append(_of_part(name, find(_check_known(system))()))
        elif isinstance(system, type):
            raise TypeError(
                f"system {name!r} must be a part, such as {system.__name__}(), got its "
                "class"
            )
        elif isinstance(system, Descriptor):
            comparing.append(_of_part(name, system))
        elif callable(system):
            comparing.append(_ByCallable(name, system))
        else:
            raise TypeError(
                f"system {name!r} must be the name of a metric, a descriptor, or a "
                f"callable, got {system!r}"
            )
    return comparing


def _of_part(name: str, part: Any) -> Comparing:
    pictures = tuple(METRICS) if hasattr(part, "picture_shape") else ()
    check_choice("metric", part.metric, (*sorted(dense.METRICS), *pictures))
    if part.metric in dense.METRICS:
        return _ByDescriptor(name, part)
    comparing = _ByMetrics(part)
    comparing.metrics[name] = part.metric
    return comparing


def _check_known(name: str) -> str:
    """Give the name of a descriptor of the catalog, or say what names there are."""
    known = DESCRIPTORS.keys() - _WRAPPING
    if name not in known:
        raise UnknownNameError(
            f"no system is named {name!r}; there are the metrics {', '.join(METRICS)}, "
            f"and the descriptors {', '.join(sorted(known))}"
        )
    return name
