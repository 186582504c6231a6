"""Recipes: named sets of fields with the search that suits them, and the reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cvret.encoding.bag_of_words import BagOfWords
from cvret.errors import UnknownNameError
from cvret.features.dense import DenseSIFT
from cvret.features.keypoints import SIFT
from cvret.features.local_color import LocalColorStatistics
from cvret.rerank.expansion import QueryExpansion
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
    mirrored : bool
        Whether a search asks for the picture's mirror image too.
    fusion : str
        How the similarities of several fields become one score; see `Index.create`.
    reason : str
        Why these.
    """

    fields: Mapping[str, Any]
    weights: Mapping[str, float]
    rerank: tuple[Any, ...] = ()
    max_side: int = 1024
    mirrored: bool = False
    fusion: str = "mean"
    reason: str = field(default="")


SCENE_SIDE = 256  # longest side of a picture that is looked at as a whole
_DULL = 0.02  # contrast at which dull and dark pictures have features, too


def _words(extractor: SIFT, assignments: int = 3) -> BagOfWords:
    return BagOfWords(extractor, vocabulary="rootsift-16k", assignments=assignments)


def _objects() -> Recipe:
    return Recipe(
        fields={"words": _words(SIFT(1000))},
        weights={"words": 1.0},
        rerank=(SpatialVerification(depth=100),),
        reason=(
            "the same thing seen again: RootSIFT words with Hamming embedding find it "
            "among millions, and geometry makes sure; a thousand features are enough "
            "but for the hardest pictures"
        ),
    )


def _objects_fast() -> Recipe:
    return Recipe(
        fields={
            "words": _words(SIFT(700, contrast_threshold=_DULL), assignments=2),
        },
        weights={"words": 1.0},
        rerank=(SpatialVerification(depth=50),),
        max_side=640,
        reason=(
            "fewer features of smaller pictures, weak ones too, each asking with two "
            "words, and half as many results verified: half the time of objects"
        ),
    )


def _objects_best() -> Recipe:
    return Recipe(
        fields={"words": _words(SIFT(2000, contrast_threshold=_DULL))},
        weights={"words": 1.0},
        rerank=(
            SpatialVerification(depth=200),
            QueryExpansion(top=3, verification=SpatialVerification(depth=50)),
        ),
        reason=(
            "twice the features, weak ones too, more candidates for geometry, and what "
            "it is sure of asks again: finds what the query itself hardly shares"
        ),
    )


def _copies() -> Recipe:
    return Recipe(
        fields={"words": _words(SIFT(1000, contrast_threshold=_DULL))},
        weights={"words": 1.0},
        rerank=(SpatialVerification(depth=100),),
        mirrored=True,
        reason=(
            "the same picture, changed: as objects, with weak features too, for copies "
            "may be dull; and each search asks for the mirrored picture too, for SIFT "
            "does not match what is mirrored"
        ),
    )


def scene_extractors() -> dict[str, Any]:
    """Give what the shipped mixtures of the recipe for scenes were learned for."""
    return {
        "dense-sift-64": DenseSIFT(8, (4.0, 8.0), contrast_threshold=0.0),
        "local-color-64": LocalColorStatistics(8, (4, 8)),
    }


RECIPES: dict[str, Callable[[], Recipe]] = {
    "copies": _copies,
    "objects": _objects,
    "objects-best": _objects_best,
    "objects-fast": _objects_fast,
}
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
