"""How well classes were predicted: precision, recall and F1 of each, confusions."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.errors import UnknownNameError
from cvret.metrics.summary import shown

__all__ = ["ClassRow", "ClassTable", "class_table", "write_class_rows"]

FORMATS = (".json", ".csv")


class ClassRow(NamedTuple):
    """How well one class was predicted.

    Attributes
    ----------
    label : str
        Of the class.
    precision : float
        Share of what was predicted to be of the class that is; 0 if nothing was.
    recall : float
        Share of the class that was predicted to be; 0 if the class has nothing.
    f1 : float
        Harmonic mean of both; 0 where both are 0.
    support : int
        How many are truly of the class.
    """

    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, eq=False)
class ClassTable:
    """How well each class was predicted, and all together.

    Attributes
    ----------
    accuracy : float
        Share of right predictions, in [0, 1].
    macro_f1 : float
        Mean F1 of the classes, each counting alike.
    rows : tuple of ClassRow
        A row a class, the highest F1 first, equal ones by label.
    labels : tuple of str
        All classes, true or predicted, in order.
    confusion : array of int64, shape (n_classes, n_classes)
        In the order of `labels`: how many of each true class (a row) were predicted to
        be of each class (a column).
    """

    accuracy: float
    macro_f1: float
    rows: tuple[ClassRow, ...]
    labels: tuple[str, ...]
    confusion: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.confusion.sum())

    def best(self, n: int = 5) -> tuple[ClassRow, ...]:
        """Give the `n` classes with the highest F1, the highest first."""
        return self.rows[:n]

    def worst(self, n: int = 5) -> tuple[ClassRow, ...]:
        """Give the `n` classes with the lowest F1, the lowest first."""
        return self.rows[::-1][:n]

    def row_of(self, label: str) -> ClassRow:
        """Give the row of a class.

        Raises
        ------
        UnknownNameError
            If there is no such class.
        """
        return self.rows[[row.label for row in self.rows].index(self._known(label))]

    def confused_with(self, label: str) -> tuple[tuple[str, int], ...]:
        """Give what a class was wrongly predicted to be, and how often; most first.

        Raises
        ------
        UnknownNameError
            If there is no such class.
        """
        place = self.labels.index(self._known(label))
        found = [
            (other, count)
            for other, count in zip(
                self.labels, self.confusion[place].tolist(), strict=True
            )
            if count and other != label
        ]
        return tuple(sorted(found, key=lambda pair: -pair[1]))

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON."""
        return {
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "classes": [row._asdict() for row in self.rows],
            "labels": list(self.labels),
            "confusion": self.confusion.tolist(),
        }

    def save(self, path: str | PathLike[str]) -> None:
        """Write all as .json, or the rows as .csv.

        Raises
        ------
        ValueError
            If `path` ends otherwise.
        """
        write_class_rows(path, self.rows, {}, self.to_dict())

    def __str__(self) -> str:
        head = (
            f"{len(self):,} predictions of {len(self.labels):,} classes: accuracy "
            f"{self.accuracy:.3f}, macro F1 {self.macro_f1:.3f}"
        )
        return "\n".join([head, *lines_of(self.rows, {})])

    def _known(self, label: str) -> str:
        if label not in self.labels:
            raise UnknownNameError(
                f"no class is named {label!r}; there are {', '.join(self.labels)}"
            )
        return label


def class_table(true: Sequence[str], predicted: Sequence[str]) -> ClassTable:
    """Compare predicted classes with true ones.

    Parameters
    ----------
    true, predicted : sequences of str, shape (n,)
        The class of each, in the same order.

    Returns
    -------
    ClassTable
        Of all classes that are true or predicted.

    Raises
    ------
    ValueError
        If there are none, or not as many of the one as of the other.
    TypeError
        If a class is no string.

    Notes
    -----
    A quotient of 0 by 0 is 0: the precision of a class that was never predicted, the
    recall of one that is never true, and F1 where both are 0. Such classes count in
    `macro_f1` too. Values are those of scikit-learn.

    Examples
    --------
    Of three cats one was taken for a dog:

    >>> table = class_table(["cat", "cat", "cat", "dog"], ["cat", "cat", "dog", "dog"])
    >>> print(table)
    4 predictions of 2 classes: accuracy 0.750, macro F1 0.733
    class  precision  recall     F1  images
    cat        1.000   0.667  0.800       3
    dog        0.500   1.000  0.667       1
    >>> table.confusion.tolist(), table.confused_with("cat")
    ([[2, 1], [0, 1]], (('dog', 1),))
    """
    truth, guesses = _labels("true", true), _labels("predicted", predicted)
    if not truth or len(truth) != len(guesses):
        raise ValueError(
            "true and predicted must have a class for each of the same images, got "
            f"{len(truth)} and {len(guesses)}"
        )
    from sklearn.metrics import precision_recall_fscore_support

    labels = sorted({*truth, *guesses})
    values = precision_recall_fscore_support(
        truth, guesses, labels=labels, zero_division=0
    )
    columns = [values.tolist() for values in values]
    rows = [
        ClassRow(label, precision, recall, f1, int(support))
        for label, precision, recall, f1, support in zip(labels, *columns, strict=True)
    ]
    confusion = np.zeros((len(labels), len(labels)), np.int64)
    places = {label: place for place, label in enumerate(labels)}
    for one, other in zip(truth, guesses, strict=True):
        confusion[places[one], places[other]] += 1
    return ClassTable(
        float(np.trace(confusion) / len(truth)),
        float(np.mean([row.f1 for row in rows])),
        tuple(sorted(rows, key=lambda row: (-row.f1, row.label))),
        tuple(labels),
        confusion,
    )


def lines_of(
    rows: Sequence[ClassRow], more: Mapping[str, Mapping[str, float]]
) -> list[str]:
    """Give a table as lines of text; `more` are columns by their heads and labels."""
    names = [shown(row.label) for row in rows]
    wide = max(5, *map(len, names))
    heads = "".join(f"  {head:>6}" for head in more)
    lines = [f"{'class':{wide}}  precision  recall     F1{heads}  images"]
    for name, row in zip(names, rows, strict=True):
        label, precision, recall, f1, support = row
        values = "".join(f"  {of[label]:6.3f}" for of in more.values())
        lines.append(
            f"{name:{wide}}  {precision:9.3f}  {recall:6.3f}  {f1:5.3f}{values}"
            f"  {support:6,}"
        )
    return lines


def write_class_rows(
    path: str | PathLike[str],
    rows: Sequence[ClassRow],
    more: Mapping[str, Mapping[str, float]],
    whole: Mapping[str, Any],
) -> None:
    """Write `whole` as .json; or the rows, with `more` columns, as .csv.

    Values that are NaN are left empty.

    Raises
    ------
    ValueError
        If `path` ends otherwise.
    """
    ending = Path(path).suffix.lower()
    if ending not in FORMATS:
        raise ValueError(
            f"path must end in {' or '.join(FORMATS)}, got {fspath(path)!r}"
        )
    if ending == ".json":
        text = json.dumps(whole, indent=1) + "\n"
        Path(path).write_text(text, encoding="utf-8")
        return
    # Names of folders may hold what no encoding has.
    with Path(path).open(
        "w", newline="", encoding="utf-8", errors="backslashreplace"
    ) as file:
        writer = csv.writer(file)
        writer.writerow(["class", *ClassRow._fields[1:], *more])
        for row in rows:
            values = [of[row.label] for of in more.values()]
            writer.writerow([*row, *("" if np.isnan(v) else repr(v) for v in values)])


def _labels(name: str, values: Any) -> list[str]:
    found = values.tolist() if isinstance(values, np.ndarray) else list(values)
    for value in found:
        if isinstance(values, str) or not isinstance(value, str):
            raise TypeError(
                f"{name} must be a list of the names of classes, strings, got "
                f"{values if isinstance(values, str) else value!r}"
            )
    return [str(value) for value in found]
