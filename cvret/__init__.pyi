from ._version import __version__
from .collection.adding import AddReport
from .collection.diagnosis import VocabularyReport
from .collection.doctoring import DoctorReport
from .collection.index import Index
from .encoding.asmk import ASMK
from .encoding.bag_of_words import BagOfWords
from .encoding.codes import BinaryCodes
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
from .features.boosted import BEBLID, TEBLID
from .features.brisk import BRISK
from .features.color import HSVHistogram
from .features.dense import DenseSIFT
from .features.hashes import (
    AverageHash,
    BlockMeanHash,
    ColorMomentHash,
    DifferenceHash,
    MarrHildrethHash,
    PerceptualHash,
    RadialVarianceHash,
    WaveletHash,
)
from .features.kaze import AKAZE, KAZE
from .features.keypoints import ORB, SIFT, SURF
from .features.patches import Patches
from .features.simulated import SimulatedViews
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
from .rerank.expansion import QueryExpansion
from .rerank.feedback import Rocchio
from .rerank.neighbors import DatabaseAugmentation, Diffusion, KReciprocal
from .rerank.verification import SpatialVerification

__all__ = [
    "AKAZE",
    "ASMK",
    "BEBLID",
    "BRISK",
    "KAZE",
    "ORB",
    "SIFT",
    "SURF",
    "TEBLID",
    "VLAD",
    "AddReport",
    "AggregatedWords",
    "AverageHash",
    "BagOfWords",
    "BinaryCodes",
    "BinaryVocabulary",
    "BlockMeanHash",
    "ColorMomentHash",
    "CvretError",
    "DatabaseAugmentation",
    "DenseSIFT",
    "DifferenceHash",
    "Diffusion",
    "DoctorReport",
    "Explanation",
    "FisherVector",
    "FormatError",
    "GroundTruth",
    "HSVHistogram",
    "Hit",
    "ImageError",
    "Index",
    "KReciprocal",
    "LocalBinaryPatterns",
    "LocalFeatures",
    "MarrHildrethHash",
    "MissingExtraError",
    "NotFittedError",
    "Patches",
    "PerceptualHash",
    "Query",
    "QueryExpansion",
    "RadialVarianceHash",
    "Ranking",
    "Report",
    "Rocchio",
    "SimulatedViews",
    "SpatialVerification",
    "UnknownNameError",
    "Verification",
    "VisualWords",
    "Vocabulary",
    "VocabularyReport",
    "WaveletHash",
    "__version__",
    "evaluate",
    "list_images",
    "read_image",
    "truth",
]
