from ._version import __version__
from .collection.adding import AddReport
from .collection.index import Index
from .encoding.asmk import ASMK
from .encoding.bag_of_words import BagOfWords
from .encoding.fisher import FisherVector
from .encoding.vlad import VLAD
from .encoding.vocabulary import BinaryVocabulary, Vocabulary
from .errors import (
    CvretError,
    FormatError,
    ImageError,
    MissingExtraError,
    NotFittedError,
    UnknownNameError,
)
from .evaluation import truth
from .evaluation.evaluate import Report, evaluate
from .evaluation.truth import GroundTruth
from .features.color import HSVHistogram
from .features.keypoints import ORB, SIFT, SURF
from .features.patches import Patches
from .features.texture import LocalBinaryPatterns
from .images.folders import list_images
from .images.reading import read_image
from .records import (
    AggregatedWords,
    Explanation,
    Hit,
    LocalFeatures,
    Query,
    Ranking,
    Verification,
    VisualWords,
)
from .rerank.verification import SpatialVerification

__all__ = [
    "ASMK",
    "ORB",
    "SIFT",
    "SURF",
    "VLAD",
    "AddReport",
    "AggregatedWords",
    "BagOfWords",
    "BinaryVocabulary",
    "CvretError",
    "Explanation",
    "FisherVector",
    "FormatError",
    "GroundTruth",
    "HSVHistogram",
    "Hit",
    "ImageError",
    "Index",
    "LocalBinaryPatterns",
    "LocalFeatures",
    "MissingExtraError",
    "NotFittedError",
    "Patches",
    "Query",
    "Ranking",
    "Report",
    "SpatialVerification",
    "UnknownNameError",
    "Verification",
    "VisualWords",
    "Vocabulary",
    "__version__",
    "evaluate",
    "list_images",
    "read_image",
    "truth",
]
