"""Ground truths: which images are relevant to which query."""

from cvret.evaluation.truth.folders import from_folders
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.evaluation.truth.landmarks import from_oxford, from_paris
from cvret.evaluation.truth.published import (
    from_copydays,
    from_holidays,
    from_ukbench,
    from_wang,
)
from cvret.evaluation.truth.query_gallery import from_query_gallery
from cvret.evaluation.truth.revisited import from_revisited
from cvret.evaluation.truth.tables import from_csv
from cvret.evaluation.truth.text import from_text

__all__ = [
    "GroundTruth",
    "from_copydays",
    "from_csv",
    "from_folders",
    "from_holidays",
    "from_oxford",
    "from_paris",
    "from_query_gallery",
    "from_revisited",
    "from_text",
    "from_ukbench",
    "from_wang",
]
