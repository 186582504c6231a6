"""Recipes: named sets of fields with the search that suits them, and the reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cvret.encoding.bag_of_words import BagOfWords
from cvret.errors import UnknownNameError
from cvret.features.keypoints import SIFT
from cvret.rerank.verification import SpatialVerification

__all__ = ["RECIPES", "Recipe", "find_recipe"]


@dataclass(frozen=True)
class Recipe:
    """Fields and how to search them.

    Attributes
    ----------
    fields : mapping of str to part
        Each a descriptor or an encoder.
    weights : mapping of str to float
        Of the fields in a search that names none.
    rerank : tuple of re-rankers
        Applied, in order, to a search that names none.
    max_side : int
        Pictures are made smaller to this longest side before anything is computed.
    reason : str
        Why these.
    """

    fields: Mapping[str, Any]
    weights: Mapping[str, float]
    rerank: tuple[Any, ...] = ()
    max_side: int = 1024
    reason: str = field(default="")


def _objects() -> Recipe:
    return Recipe(
        fields={"words": BagOfWords(SIFT(), vocabulary="rootsift-16k")},
        weights={"words": 1.0},
        rerank=(SpatialVerification(depth=100),),
        reason=(
            "the same thing seen again: RootSIFT words with Hamming embedding find it "
            "among millions, and geometry makes sure"
        ),
    )


RECIPES: dict[str, Callable[[], Recipe]] = {"objects": _objects}
"""Recipes by name; each works without fit."""


def find_recipe(name: str) -> Recipe:
    """Give the recipe of that name.

    Raises
    ------
    UnknownNameError
        If there is none.

    Examples
    --------
    >>> sorted(find_recipe("objects").fields)
    ['words']
    """
    if name not in RECIPES:
        raise UnknownNameError(
            f"no recipe is named {name!r}; there are {', '.join(sorted(RECIPES))}"
        )
    return RECIPES[name]()
