"""Names of parts, in plain dicts, and a part as JSON and back."""

from importlib import import_module
from importlib.metadata import entry_points
from numbers import Integral, Real
from typing import Any

import numpy as np

from cvret.errors import UnknownNameError

__all__ = [
    "CODES",
    "DESCRIPTORS",
    "ENCODERS",
    "EXTRACTORS",
    "PREPARATIONS",
    "RERANKERS",
    "build",
    "spec_of",
]

PREPARATIONS = {
    "augment": "cvret.images.preparing:Augment",
    "equalize-intensity": "cvret.images.preparing:EqualizeIntensity",
    "flat-background": "cvret.images.preparing:FlatBackground",
    "grey-world": "cvret.images.preparing:GreyWorld",
    "resize": "cvret.images.preparing:Resize",
}
"""What a picture goes through before it is described."""

DESCRIPTORS = {
    "auto-correlogram": "cvret.features.correlogram:ColorAutoCorrelogram",
    "average-hash": "cvret.features.hashes:AverageHash",
    "block-mean-hash": "cvret.features.hashes:BlockMeanHash",
    "cedd": "cvret.features.cedd:CEDD",
    "centrist": "cvret.features.census:CENTRIST",
    "clbp": "cvret.features.texture:CompletedLBP",
    "color-coherence": "cvret.features.coherence:ColorCoherenceVector",
    "color-layout": "cvret.features.mpeg7_color:ColorLayout",
    "color-moment-hash": "cvret.features.hashes:ColorMomentHash",
    "color-moments": "cvret.features.moments:ColorMoments",
    "color-structure": "cvret.features.mpeg7_structure:ColorStructure",
    "difference-hash": "cvret.features.hashes:DifferenceHash",
    "dominant-colors": "cvret.features.dominant:DominantColors",
    "edge-directions": "cvret.features.gradients:EdgeDirectionHistogram",
    "edge-histogram": "cvret.features.mpeg7_texture:EdgeHistogram",
    "fcth": "cvret.features.cedd:FCTH",
    "fourier": "cvret.features.shape:FourierDescriptors",
    "gabor": "cvret.features.gabor:GaborBank",
    "gist": "cvret.features.gist:GIST",
    "haralick": "cvret.features.haralick:Haralick",
    "hog": "cvret.features.gradients:HOG",
    "homogeneous-texture": "cvret.features.mpeg7_texture:HomogeneousTexture",
    "hsv": "cvret.features.color:HSVHistogram",
    "hu": "cvret.features.shape:HuMoments",
    "jcd": "cvret.features.cedd:JCD",
    "lab": "cvret.features.color:LabHistogram",
    "lbp": "cvret.features.texture:LocalBinaryPatterns",
    "lpq": "cvret.features.phase:LocalPhaseQuantization",
    "marr-hildreth-hash": "cvret.features.hashes:MarrHildrethHash",
    "masked": "cvret.features.prepared:Masked",
    "opponent": "cvret.features.color:OpponentHistogram",
    "perceptual-hash": "cvret.features.hashes:PerceptualHash",
    "phog": "cvret.features.gradients:PHOG",
    "pixels": "cvret.features.pixels:Pixels",
    "prepared": "cvret.features.prepared:Prepared",
    "radial-variance-hash": "cvret.features.hashes:RadialVarianceHash",
    "rg": "cvret.features.color:RGHistogram",
    "rgb": "cvret.features.color:RGBHistogram",
    "scalable-color": "cvret.features.mpeg7_color:ScalableColor",
    "sketch": "cvret.features.sketch:Sketch",
    "tamura": "cvret.features.tamura:Tamura",
    "wavelet-hash": "cvret.features.hashes:WaveletHash",
    "wavelets": "cvret.features.wavelets:WaveletEnergies",
    "zernike": "cvret.features.shape:ZernikeMoments",
}
"""Whole-image descriptors."""

EXTRACTORS = {
    "akaze": "cvret.features.kaze:AKAZE",
    "beblid": "cvret.features.boosted:BEBLID",
    "brisk": "cvret.features.brisk:BRISK",
    "dense-sift": "cvret.features.dense:DenseSIFT",
    "kaze": "cvret.features.kaze:KAZE",
    "local-color": "cvret.features.local_color:LocalColorStatistics",
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
    "aligned-quality": "cvret.rerank.alignment:AlignedQuality",
    "database-augmentation": "cvret.rerank.neighbors:DatabaseAugmentation",
    "diffusion": "cvret.rerank.neighbors:Diffusion",
    "k-reciprocal": "cvret.rerank.neighbors:KReciprocal",
    "metric-reranking": "cvret.rerank.quality:MetricReranking",
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

    Parts within it, alone or in a list, have specs of their own. What the part has
    learned is not in it; nor a fitted vocabulary that it was given, which stands as
    None. A class that is not in the catalog has a spec with the name of the class
    alone, from which it cannot be built.

    Examples
    --------
    >>> from cvret.features.color import HSVHistogram
    >>> spec_of(HSVHistogram(bins=(8, 3, 3)))
    {'part': 'hsv', 'params': {'bins': [8, 3, 3], 'layout': 'whole'}}
    """
    name = name_of(part)
    if name is None:
        return {"class": f"{type(part).__module__}.{type(part).__qualname__}"}
    params = part.get_params(deep=False)
    return {"part": name, "params": {key: _plain(params[key]) for key in params}}


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
    params = {key: _built(value) for key, value in spec.get("params", {}).items()}
    return find(spec["part"])(**params)


def _plain(value: Any) -> Any:
    """Give a parameter as JSON has it; tuples are lists there."""
    if hasattr(value, "to_arrays"):
        return None
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str | dict):
        return value
    if isinstance(value, Real):  # a number of NumPy's
        return int(value) if isinstance(value, Integral) else float(value)
    return spec_of(value)


def _built(value: Any) -> Any:
    """Give a parameter back from JSON; lists are tuples."""
    if isinstance(value, list):
        return tuple(_built(each) for each in value)
    return build(value) if isinstance(value, dict) else value


def _names() -> dict[str, str]:
    return {
        **PREPARATIONS,
        **DESCRIPTORS,
        **EXTRACTORS,
        **ENCODERS,
        **CODES,
        **RERANKERS,
    }
