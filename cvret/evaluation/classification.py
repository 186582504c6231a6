"""What a classification by nearest neighbors found."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.evaluation.statistics import Interval
from cvret.metrics.classification import (
    ClassRow,
    ClassTable,
    lines_of,
    write_class_rows,
)
from cvret.metrics.summary import shown

__all__ = ["ClassReport", "Classification"]


class ClassReport(NamedTuple):
    """One class, looked at alone.

    Attributes
    ----------
    label : str
        Of the class.
    precision, recall, f1, support
        As `cvret.metrics.classification.ClassRow` has them.
    anmrr : float
        Mean of the NMRR of its images: 0 is best, 1 is worst; NaN where nothing is
        relevant to any.
    confused_with : tuple of (str, int)
        What its images were wrongly taken for, and how often; most first.
    mistaken_for_it : tuple of (str, int)
        Of which classes images were wrongly taken for it, and how often; most first.
    wrong : tuple of (str, str)
        Its images that were wrongly classified, by id, and as what.
    """

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    anmrr: float
    confused_with: tuple[tuple[str, int], ...]
    mistaken_for_it: tuple[tuple[str, int], ...]
    wrong: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON; None where undefined."""
        return {
            **self._asdict(),
            "anmrr": _plain(self.anmrr),
            "confused_with": [list(pair) for pair in self.confused_with],
            "mistaken_for_it": [list(pair) for pair in self.mistaken_for_it],
            "wrong": [list(pair) for pair in self.wrong],
        }

    def __str__(self) -> str:
        lines = [
            f"{shown(self.label)}: F1 {self.f1:.3f} (precision {self.precision:.3f}, "
            f"recall {self.recall:.3f}), ANMRR {self.anmrr:.3f}, "
            f"{self.support:,} images"
        ]
        for what, pairs in (
            ("taken for", self.confused_with),
            ("mistaken for it", self.mistaken_for_it),
        ):
            if pairs:
                found = ", ".join(f"{shown(name)} ({count})" for name, count in pairs)
                lines.append(f"  {what}: {found}")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Classification:
    """What a classification by nearest neighbors found.

    Attributes
    ----------
    name : str
        Of the system that ranked.
    table : ClassTable
        Precision, recall and F1 of each class, and the confusion matrix.
    interval : Interval
        Between what the accuracy lies, with `confidence`.
    anmrr : float
        Mean of `nmrr`: 0 is best, 1 is worst.
    class_anmrr : mapping of str to float
        The same of the images of each class; NaN where nothing is relevant to any.
    true, predicted : mapping of str to str
        The class of each image that was classified, by id.
    nmrr : mapping of str to float
        Of the ranking of each image to which something is relevant, by id.
    k : int
        Neighbors that vote.
    algorithm : {"kd_tree", "brute", "search"}
        How they were found: in a k-d tree, by comparing all vectors, or by searches of
        the system.
    metric : str or None
        How vectors were compared; None for searches.
    weights : {"uniform", "distance"}
        How much a neighbor's vote counts.
    protocol : {"leave one out", "training to test"}
        Whether each image was classified by all others, or those of the test part of a
        split by those of its training part.
    n_candidates : int
        Images that could be neighbors.
    without_class : tuple of str
        Images that have no class, which were left out.
    missing : tuple of str
        Ids that have a class, and are not in the collection.
    seconds : float
        That ranking and voting took.
    confidence : float
        Of the interval.
    """

    name: str
    table: ClassTable
    interval: Interval
    anmrr: float
    class_anmrr: Mapping[str, float]
    true: Mapping[str, str]
    predicted: Mapping[str, str]
    nmrr: Mapping[str, float]
    k: int
    algorithm: str
    metric: str | None
    weights: str
    protocol: str
    n_candidates: int
    without_class: tuple[str, ...]
    missing: tuple[str, ...]
    seconds: float
    confidence: float = 0.95

    def __len__(self) -> int:
        return len(self.predicted)

    @property
    def accuracy(self) -> float:
        """Share of images whose class was predicted."""
        return self.table.accuracy

    @property
    def confusion(self) -> NDArray[np.int64]:
        """The confusion matrix, in the order of ``table.labels``; rows are true."""
        return self.table.confusion

    @property
    def wrong(self) -> tuple[tuple[str, str, str], ...]:
        """Images that were wrongly classified: id, true and predicted class."""
        return tuple(
            (id_, self.true[id_], found)
            for id_, found in self.predicted.items()
            if found != self.true[id_]
        )

    def best(self, n: int = 5) -> tuple[ClassRow, ...]:
        """Give the `n` classes with the highest F1, the highest first."""
        return self.table.best(n)

    def worst(self, n: int = 5) -> tuple[ClassRow, ...]:
        """Give the `n` classes with the lowest F1, the lowest first."""
        return self.table.worst(n)

    def of_class(self, label: str) -> ClassReport:
        """Look at one class alone.

        Raises
        ------
        UnknownNameError
            If there is no such class.
        """
        row = self.table.row_of(label)
        column = self.confusion[:, self.table.labels.index(label)].tolist()
        mistaken = [
            (other, count)
            for other, count in zip(self.table.labels, column, strict=True)
            if count and other != label
        ]
        return ClassReport(
            *row,
            self.class_anmrr[label],
            self.table.confused_with(label),
            tuple(sorted(mistaken, key=lambda pair: -pair[1])),
            tuple((id_, found) for id_, true, found in self.wrong if true == label),
        )

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON; None where undefined."""
        table = self.table.to_dict()
        classes = [
            {**row, "anmrr": _plain(self.class_anmrr[row["label"]])}
            for row in table["classes"]
        ]
        return {
            "name": self.name,
            "k": self.k,
            "algorithm": self.algorithm,
            "metric": self.metric,
            "weights": self.weights,
            "protocol": self.protocol,
            "images": len(self),
            "candidates": self.n_candidates,
            "accuracy": self.accuracy,
            "interval": [_plain(end) for end in self.interval],
            "confidence": self.confidence,
            "macro_f1": self.table.macro_f1,
            "anmrr": _plain(self.anmrr),
            "seconds": self.seconds,
            "classes": classes,
            "labels": table["labels"],
            "confusion": table["confusion"],
            "predicted": dict(self.predicted),
            "wrong": [list(each) for each in self.wrong],
            "without_class": list(self.without_class),
            "missing": list(self.missing),
        }

    def save(self, path: str | PathLike[str]) -> None:
        """Write all as .json, or the table, a row a class, as .csv.

        Raises
        ------
        ValueError
            If `path` ends otherwise.
        """
        more = {"anmrr": self.class_anmrr}
        write_class_rows(path, self.table.rows, more, self.to_dict())

    def __str__(self) -> str:
        how = {
            "kd_tree": f"k-d tree, {self.metric}",
            "brute": f"all compared, {self.metric}",
            "search": "by search",
        }[self.algorithm]
        votes = "" if self.weights == "uniform" else ", votes weighted by distance"
        low, high = self.interval
        lines = [
            f"{self.name}: k = {self.k}, {how}{votes}, {self.protocol}: "
            f"{len(self):,} images of {len(self.table.labels):,} classes",
            f"accuracy {self.accuracy:.3f} [{low:.3f}, {high:.3f}]   macro F1 "
            f"{self.table.macro_f1:.3f}   ANMRR {self.anmrr:.3f}",
            *lines_of(self.table.rows, {"ANMRR": self.class_anmrr}),
        ]
        if self.without_class:
            lines.append(
                f"{len(self.without_class):,} images have no class and were left out, "
                f"such as {shown(self.without_class[0])}"
            )
        if self.missing:
            lines.append(
                f"{len(self.missing):,} images with a class are not in the collection, "
                f"such as {shown(self.missing[0])}"
            )
        return "\n".join(lines)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
