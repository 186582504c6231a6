from . import datasets, plot
from ._version import __version__
from .aligning import Alignment, compare_aligned
from .collection.adding import AddReport
from .collection.diagnosis import VocabularyReport
from .collection.doctoring import DoctorReport
from .collection.field_search import FieldSearch
from .collection.grouping import DuplicateGroup, DuplicatePair, DuplicateReport
from .collection.index import Index
from .duplicates import find_duplicates
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
from .evaluation.agreement import Agreement, agreement, agreement_of
from .evaluation.classification import Classification
from .evaluation.classifying import classify
from .evaluation.combining import Fused
from .evaluation.comparing import compare
from .evaluation.comparison import Comparison
from .evaluation.concatenating import Concatenated
from .evaluation.evaluate import evaluate
from .evaluation.gains import Difference
from .evaluation.report import Report
from .evaluation.splits import Split, split
from .evaluation.truth import GroundTruth
from .features.boosted import BEBLID, TEBLID
from .features.brisk import BRISK
from .features.cedd import CEDD, FCTH, JCD
from .features.census import CENTRIST
from .features.coherence import ColorCoherenceVector
from .features.color import (
    HSVHistogram,
    LabHistogram,
    OpponentHistogram,
    RGBHistogram,
    RGHistogram,
)
from .features.correlogram import ColorAutoCorrelogram
from .features.dense import DenseSIFT
from .features.dominant import DominantColors
from .features.gabor import GaborBank
from .features.gist import GIST
from .features.gradients import HOG, PHOG, EdgeDirectionHistogram
from .features.haralick import Haralick
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
from .features.local_color import LocalColorStatistics
from .features.moments import ColorMoments
from .features.mpeg7_color import ColorLayout, ScalableColor
from .features.mpeg7_structure import ColorStructure
from .features.mpeg7_texture import EdgeHistogram, HomogeneousTexture
from .features.patches import Patches
from .features.phase import LocalPhaseQuantization
from .features.pixels import Pixels
from .features.prepared import Masked, Prepared
from .features.shape import FourierDescriptors, HuMoments, ZernikeMoments
from .features.simulated import SimulatedViews
from .features.sketch import Sketch
from .features.tamura import Tamura
from .features.texture import CompletedLBP, LocalBinaryPatterns
from .features.wavelets import WaveletEnergies
from .images.folders import list_images
from .images.preparing import (
    Augment,
    EqualizeIntensity,
    FlatBackground,
    GreyWorld,
    Resize,
)
from .images.reading import read_image
from .metrics.classification import ClassTable, class_table
from .metrics.full_reference import Measurement, full_reference, quality_map
from .metrics.one_against_many import rank_by_metric
from .metrics.table import MetricTable
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
from .rerank.alignment import AlignedQuality
from .rerank.expansion import QueryExpansion
from .rerank.feedback import Rocchio
from .rerank.neighbors import DatabaseAugmentation, Diffusion, KReciprocal
from .rerank.quality import MetricReranking
from .rerank.verification import SpatialVerification

__all__ = [
    "AKAZE",
    "ASMK",
    "BEBLID",
    "BRISK",
    "CEDD",
    "CENTRIST",
    "FCTH",
    "GIST",
    "HOG",
    "JCD",
    "KAZE",
    "ORB",
    "PHOG",
    "SIFT",
    "SURF",
    "TEBLID",
    "VLAD",
    "AddReport",
    "AggregatedWords",
    "Agreement",
    "AlignedQuality",
    "Alignment",
    "Augment",
    "AverageHash",
    "BagOfWords",
    "BinaryCodes",
    "BinaryVocabulary",
    "BlockMeanHash",
    "ClassTable",
    "Classification",
    "ColorAutoCorrelogram",
    "ColorCoherenceVector",
    "ColorLayout",
    "ColorMomentHash",
    "ColorMoments",
    "ColorStructure",
    "Comparison",
    "CompletedLBP",
    "Concatenated",
    "CvretError",
    "DatabaseAugmentation",
    "DenseSIFT",
    "Difference",
    "DifferenceHash",
    "Diffusion",
    "DoctorReport",
    "DominantColors",
    "DuplicateGroup",
    "DuplicatePair",
    "DuplicateReport",
    "EdgeDirectionHistogram",
    "EdgeHistogram",
    "EqualizeIntensity",
    "Explanation",
    "FieldSearch",
    "FisherVector",
    "FlatBackground",
    "FormatError",
    "FourierDescriptors",
    "Fused",
    "GaborBank",
    "GreyWorld",
    "GroundTruth",
    "HSVHistogram",
    "Haralick",
    "Hit",
    "HomogeneousTexture",
    "HuMoments",
    "ImageError",
    "Index",
    "KReciprocal",
    "LabHistogram",
    "LocalBinaryPatterns",
    "LocalColorStatistics",
    "LocalFeatures",
    "LocalPhaseQuantization",
    "MarrHildrethHash",
    "Masked",
    "Measurement",
    "MetricReranking",
    "MetricTable",
    "MissingExtraError",
    "NotFittedError",
    "OpponentHistogram",
    "Patches",
    "PerceptualHash",
    "Pixels",
    "Prepared",
    "Query",
    "QueryExpansion",
    "RGBHistogram",
    "RGHistogram",
    "RadialVarianceHash",
    "Ranking",
    "Report",
    "Resize",
    "Rocchio",
    "ScalableColor",
    "SimulatedViews",
    "Sketch",
    "SpatialVerification",
    "Split",
    "Tamura",
    "UnknownNameError",
    "Verification",
    "VisualWords",
    "Vocabulary",
    "VocabularyReport",
    "WaveletEnergies",
    "WaveletHash",
    "ZernikeMoments",
    "__version__",
    "agreement",
    "agreement_of",
    "class_table",
    "classify",
    "compare",
    "compare_aligned",
    "datasets",
    "evaluate",
    "find_duplicates",
    "full_reference",
    "list_images",
    "plot",
    "quality_map",
    "rank_by_metric",
    "read_image",
    "split",
    "truth",
]
