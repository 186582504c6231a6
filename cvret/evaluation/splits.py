"""Splits of a collection into parts to learn from, to choose by, and to test on."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np

from cvret._checks import check_count, check_number
from cvret.evaluation.truth.ground_truth import GroundTruth

__all__ = ["Split", "classes_of", "split"]

_PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """Three parts of a collection, none of which shares an image with another.

    Attributes
    ----------
    train, validation, test : tuple of str
        Ids, in order.
    shares : (float, float, float)
        What the parts should hold of each class.
    random_state : int
        What the draw began with.
    """

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    shares: tuple[float, float, float]
    random_state: int

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all parts, in order."""
        return tuple(sorted([*self.train, *self.validation, *self.test]))

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that tell this split from any other."""
        parts = (self.train, self.validation, self.test)
        text = "\1".join("\0".join(part) for part in parts)
        data = text.encode("utf-8", "surrogateescape")
        return hashlib.blake2b(data, digest_size=8).hexdigest()

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(getattr(self, part)):,} {part}" for part in _PARTS)
        return f"Split({sizes}; random_state={self.random_state})"

    def check(self, ids: Iterable[str]) -> None:
        """Raise ValueError, naming some, unless the split is of just these images."""
        own, given = set(self.ids), set(ids)
        for found, what in (
            (own - given, "of the split are not in the collection"),
            (given - own, "of the collection are not in the split"),
        ):
            if found:
                some = ", ".join(sorted(found)[:3]) + (
                    ", ..." if len(found) > 3 else ""
                )
                raise ValueError(
                    f"the split is of another set: {len(found):,} images {what}: {some}"
                )

    def save(self, path: str | PathLike[str]) -> None:
        """Write it as JSON."""
        whole = {
            "shares": list(self.shares),
            "random_state": self.random_state,
            "fingerprint": self.fingerprint,
            **{part: list(getattr(self, part)) for part in _PARTS},
        }
        text = json.dumps(whole, indent=1) + "\n"
        Path(path).write_text(text, encoding="utf-8")

    @classmethod
    def load(
        cls,
        path: str | PathLike[str],
        truth: GroundTruth | Mapping[str, str] | Iterable[str] | None = None,
    ) -> Self:
        """Read what `save` wrote.

        Parameters
        ----------
        path : str or path
            The file.
        truth : GroundTruth, mapping of str to str, or ids, optional
            What is to be split by it; refused if the split is of other images.

        Raises
        ------
        ValueError
            If the file is no split, was changed by hand, or is of another set.
        """
        try:
            whole = json.loads(Path(path).read_text(encoding="utf-8"))
            train, validation, test = (tuple(whole[part]) for part in _PARTS)
            shares = tuple(map(float, whole["shares"]))
            found = cls(train, validation, test, shares, int(whole["random_state"]))  # type: ignore[arg-type]
            unchanged = found.fingerprint == whole["fingerprint"]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is no split of images: {error}") from error
        if not unchanged:
            raise ValueError(
                f"{path} was changed since it was written; make the split again"
            )
        if truth is not None:
            given: Any = truth
            if isinstance(truth, GroundTruth):
                given = classes_of(truth)
            found.check(given)
        return found


def split(
    truth: GroundTruth | Mapping[str, str],
    shares: Sequence[float] = (0.6, 0.2, 0.2),
    random_state: int = 0,
) -> Split:
    """Split images at random, each class by itself.

    Parameters
    ----------
    truth : GroundTruth or mapping of str to str
        With classes; or the class of each image, by id.
    shares : (float, float, float)
        Of training, validation and test; they sum to 1, and 0 leaves a part empty.
    random_state : int
        Seeds the draw. The same images, classes and seed give the same split.

    Returns
    -------
    Split
        Of each class, in each part the nearest whole numbers to its share, by largest
        remainder, and at least one image if it has one for each part that is wanted. A
        class of two images is in training and test.

    Raises
    ------
    ValueError
        If there are no classes, or shares are not three that sum to 1.

    Notes
    -----
    scikit-learn's ``train_test_split(stratify=...)`` splits in two, keeps the shares
    over the whole set but may leave a small class out of a part, and refuses a class of
    one image; so classes are dealt here.

    Examples
    --------
    >>> classes = {f"{name}/{n}.jpg": name for name in ("cat", "dog") for n in range(5)}
    >>> parts = split(classes)
    >>> parts, [id_[:3] for id_ in parts.test]
    (Split(6 train, 2 validation, 2 test; random_state=0), ['cat', 'dog'])
    """
    wanted = _check_shares(shares)
    seed = check_count("random_state", random_state, least=0)
    members: dict[str, list[str]] = defaultdict(list)
    for id_, class_ in sorted(classes_of(truth).items()):
        members[class_].append(id_)
    rng = np.random.default_rng(seed)
    parts: tuple[list[str], ...] = ([], [], [])
    for _, ids in sorted(members.items()):
        order = rng.permutation(len(ids)).tolist()
        first = 0
        for part, size in zip(parts, _sizes(len(ids), wanted), strict=True):
            part += [ids[place] for place in order[first : first + size]]
            first += size
    train, validation, test = (tuple(sorted(part)) for part in parts)
    return Split(train, validation, test, wanted, seed)


def classes_of(truth: GroundTruth | Mapping[str, str]) -> dict[str, str]:
    """Give the class of each image, by id; distractors have none.

    Raises
    ------
    ValueError
        If there are no classes.
    TypeError
        If an id or a class is no string.
    """
    if isinstance(truth, GroundTruth):
        found = {
            id_: class_
            for id_, class_ in truth.classes.items()
            if id_ not in truth.distractors
        }
        if not found:
            raise ValueError(
                f"{truth!r} has no classes; use cvret.truth.from_folders, or a mapping "
                "of the id of each image to its class"
            )
        return found
    if not isinstance(truth, Mapping):
        raise TypeError(
            "classes must be a ground truth, or a mapping of ids to classes, got "
            f"{type(truth).__name__}"
        )
    if not truth:
        raise ValueError("classes must have at least one image, got none")
    for id_, class_ in truth.items():
        if not isinstance(id_, str) or not isinstance(class_, str):
            raise TypeError(
                f"classes must map ids to names, all strings, got {id_!r}: {class_!r}"
            )
    return dict(truth)


def _check_shares(shares: Any) -> tuple[float, float, float]:
    try:
        train, validation, test = shares
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"shares must be three, of training, validation and test, got {shares!r}"
        ) from error
    found = tuple(check_number("a share", s, least=0, most=1) for s in shares)
    if abs(sum(found) - 1) > 1e-9:
        raise ValueError(f"shares must sum to 1, got {sum(found):g}")
    return found[0], found[1], found[2]


def _sizes(n: int, shares: tuple[float, float, float]) -> list[int]:
    """Give how many of `n` images of a class each part gets."""
    exact = [n * share for share in shares]
    sizes = [int(value + 1e-9) for value in exact]
    # The largest remainders get the rest; of equal ones training, then test.
    order = sorted((0, 2, 1), key=lambda part: sizes[part] - round(exact[part], 9))
    for part in order[: n - sum(sizes)]:
        sizes[part] += 1
    wanted = [part for part in (0, 2, 1) if shares[part] > 0]
    if n >= len(wanted):
        for part in wanted:
            if not sizes[part]:
                sizes[int(np.argmax(sizes))] -= 1
                sizes[part] += 1
    return sizes
