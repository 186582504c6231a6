"""Which of some systems is better, by how much, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass

from cvret.evaluation.report import Report
from cvret.evaluation.statistics import Interval

__all__ = ["Comparison", "Difference"]


@dataclass(frozen=True)
class Difference:
    """How much better one system is than another, query by query.

    Attributes
    ----------
    better, other : str
        Names of the systems; `better` has the better mean, or equals.
    metric : str
        What was measured.
    mean : float
        Of the gains of `better` over `other`; at least 0. Where small values are good
        (ANMRR), they are turned.
    interval : Interval
        Between what the mean gain lies.
    probability : float
        That chance gives a difference as large, by a paired permutation test.
    corrected : float
        The same, corrected for all pairs of systems that are compared (Holm).
    wins, ties, losses : int
        Queries where `better` is better, equal, worse.
    """

    better: str
    other: str
    metric: str
    mean: float
    interval: Interval
    probability: float
    corrected: float
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two or more systems on the same queries.

    Attributes
    ----------
    reports : mapping of str to Report
        By the names of the systems, in the order they were given.
    metric : str
        What the sentence, the order, and the pictures go by.
    differences : tuple of Difference
        Of each two systems and each metric.
    sentence : str
        What may be claimed, in plain words.
    warnings : tuple of str
        What a reader must know before believing it.
    confidence : float
        Of the intervals; claims are made where the corrected probability is at most
        1 minus it.
    """

    reports: Mapping[str, Report]
    metric: str
    differences: tuple[Difference, ...]
    sentence: str
    warnings: tuple[str, ...] = ()
    confidence: float = 0.95
