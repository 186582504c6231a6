"""Ground truths: which images are relevant to which query."""

from cvret.evaluation.truth.folders import from_folders
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.evaluation.truth.tables import from_csv

__all__ = ["GroundTruth", "from_csv", "from_folders"]
