"""Recipes: named sets of fields with the search that suits them, and the reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cvret.encoding.bag_of_words import BagOfWords
from cvret.errors import UnknownNameError
from cvret.features.keypoints import SIFT
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


# What only some recipes need is imported there: importing it all takes a tenth of the
# time that a first search takes.
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
    from cvret.features.dense import DenseSIFT
    from cvret.features.local_color import LocalColorStatistics

    return {
        "dense-sift-64": DenseSIFT(8, (4.0, 8.0), contrast_threshold=0.0),
        "local-color-64": LocalColorStatistics(8, (4, 8)),
    }


def _fisher(name: str) -> Any:
    from cvret.encoding.fisher import FisherVector

    return FisherVector(scene_extractors()[name], mixture=name)


def _scenes() -> Recipe:
    from cvret.features.correlogram import ColorAutoCorrelogram
    from cvret.features.gist import GIST
    from cvret.rerank.neighbors import Diffusion

    fields = {
        "edges": _fisher("dense-sift-64"),
        "local_color": _fisher("local-color-64"),
        "color": ColorAutoCorrelogram(bins=(18, 3, 3)),
        "layout": GIST(),
    }
    return Recipe(
        fields=fields,
        weights=dict.fromkeys(fields, 1.0),
        rerank=(Diffusion(depth=1000, k=15),),
        max_side=SCENE_SIDE,
        fusion="standardized",
        reason=(
            "pictures of the same kind, not of the same thing: Fisher vectors of edges "
            "and of colors on a grid, which colors lie beside which, and the spectrum "
            "of the whole, each with an equal say; results that are like one another "
            "draw each other up"
        ),
    )


def _textures() -> Recipe:
    from cvret.features.mpeg7_texture import HomogeneousTexture
    from cvret.features.texture import CompletedLBP

    fields = {
        "patterns": CompletedLBP(),
        "frequencies": HomogeneousTexture(),
        "local_color": _fisher("local-color-64"),
    }
    return Recipe(
        fields=fields,
        weights=dict.fromkeys(fields, 1.0),
        max_side=512,
        fusion="standardized",
        reason=(
            "the same material or surface, turned or not: local patterns, frequencies, "
            "and how light and color lie in small patches, each with an equal say, on "
            "pictures large enough to show the grain"
        ),
    )


RECIPES: dict[str, Callable[[], Recipe]] = {
    "copies": _copies,
    "objects": _objects,
    "objects-best": _objects_best,
    "objects-fast": _objects_fast,
    "scenes": _scenes,
    "textures": _textures,
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
