"""Names of parts, in plain dicts, and a part as JSON and back."""

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from cvret.errors import UnknownNameError

__all__ = [
    "CODES",
    "DESCRIPTORS",
    "ENCODERS",
    "EXTRACTORS",
    "RERANKERS",
    "build",
    "spec_of",
]

DESCRIPTORS = {
    "average-hash": "cvret.features.hashes:AverageHash",
    "block-mean-hash": "cvret.features.hashes:BlockMeanHash",
    "color-moment-hash": "cvret.features.hashes:ColorMomentHash",
    "difference-hash": "cvret.features.hashes:DifferenceHash",
    "hsv": "cvret.features.color:HSVHistogram",
    "lbp": "cvret.features.texture:LocalBinaryPatterns",
    "marr-hildreth-hash": "cvret.features.hashes:MarrHildrethHash",
    "perceptual-hash": "cvret.features.hashes:PerceptualHash",
    "radial-variance-hash": "cvret.features.hashes:RadialVarianceHash",
    "wavelet-hash": "cvret.features.hashes:WaveletHash",
}
"""Whole-image descriptors."""

EXTRACTORS = {
    "akaze": "cvret.features.kaze:AKAZE",
    "beblid": "cvret.features.boosted:BEBLID",
    "brisk": "cvret.features.brisk:BRISK",
    "dense-sift": "cvret.features.dense:DenseSIFT",
    "kaze": "cvret.features.kaze:KAZE",
    "orb": "cvret.features.keypoints:ORB",
    "patches": "cvret.features.patches:Patches",
    "sift": "cvret.features.keypoints:SIFT",
    "simulated-views": "cvret.features.simulated:SimulatedViews",
    "surf": "cvret.features.keypoints:SURF",
    "teblid": "cvret.features.boosted:TEBLID",
}
"""Local features."""

ENCODERS = {
    "asmk": "cvret.encoding.asmk:ASMK",
    "bag-of-words": "cvret.encoding.bag_of_words:BagOfWords",
    "fisher-vector": "cvret.encoding.fisher:FisherVector",
    "vlad": "cvret.encoding.vlad:VLAD",
}
"""What makes words, or one vector, of local features."""

CODES = {
    "binary-codes": "cvret.encoding.codes:BinaryCodes",
}
"""What makes bits of the vector of a descriptor."""

RERANKERS = {
    "database-augmentation": "cvret.rerank.neighbors:DatabaseAugmentation",
    "diffusion": "cvret.rerank.neighbors:Diffusion",
    "k-reciprocal": "cvret.rerank.neighbors:KReciprocal",
    "query-expansion": "cvret.rerank.expansion:QueryExpansion",
    "rocchio": "cvret.rerank.feedback:Rocchio",
    "spatial-verification": "cvret.rerank.verification:SpatialVerification",
}
"""What makes a better ranking of a ranking."""


def find(name: str) -> Any:
    """Give the class of the part of that name.

    Other packages can add parts by entry points of the group ``cvret.parts``.

    Raises
    ------
    UnknownNameError
        If there is none.

    Examples
    --------
    >>> find("hsv").__name__
    'HSVHistogram'
    """
    known = _names()
    if name in known:
        module, _, attribute = known[name].partition(":")
        return getattr(import_module(module), attribute)
    for entry in entry_points(group="cvret.parts"):
        if entry.name == name:
            return entry.load()
    raise UnknownNameError(
        f"no part is named {name!r}; there are {', '.join(sorted(known))}"
    )


def name_of(part: Any) -> str | None:
    """Give the name of a part's class, or None where it has none."""
    own = f"{type(part).__module__}:{type(part).__qualname__}"
    for name, address in _names().items():
        if address == own:
            return name
    for entry in entry_points(group="cvret.parts"):
        if entry.value.replace(" ", "") == own:
            return entry.name
    return None


def spec_of(part: Any) -> dict[str, Any]:
    """Give a part as a nested dict for JSON.

    What the part has learned is not in it; nor a fitted vocabulary that it was given,
    which stands as None. A class that is not in the catalog has a spec with the name
    of the class alone, from which it cannot be built.

    Examples
    --------
    >>> from cvret.features.color import HSVHistogram
    >>> spec_of(HSVHistogram(bins=(8, 3, 3)))
    {'part': 'hsv', 'params': {'bins': [8, 3, 3]}}
    """
    name = name_of(part)
    if name is None:
        return {"class": f"{type(part).__module__}.{type(part).__qualname__}"}
    params: dict[str, Any] = {}
    for key, value in part.get_params(deep=False).items():
        if hasattr(value, "to_arrays"):
            params[key] = None
        elif isinstance(value, tuple):
            params[key] = list(value)
        elif value is None or isinstance(value, bool | int | float | str | list | dict):
            params[key] = value
        else:
            params[key] = spec_of(value)
    return {"part": name, "params": params}


def build(spec: dict[str, Any]) -> Any:
    """Make the part that a spec describes.

    Raises
    ------
    UnknownNameError
        If a part is not in the catalog, here or nested.

    Examples
    --------
    >>> build({"part": "sift", "params": {"max_keypoints": 500}})
    SIFT(max_keypoints=500)
    """
    if "part" not in spec:
        raise UnknownNameError(
            f"{spec.get('class', 'this part')} is not in cvret's catalog; hand the "
            "part over as an object"
        )
    params = {}
    for key, value in spec.get("params", {}).items():
        if isinstance(value, dict):
            params[key] = build(value)
        else:
            params[key] = tuple(value) if isinstance(value, list) else value
    return find(spec["part"])(**params)


def _names() -> dict[str, str]:
    return {**DESCRIPTORS, **EXTRACTORS, **ENCODERS, **CODES, **RERANKERS}
