"""What pages tell of reports and comparisons beside what these hold."""

from cvret.evaluation.comparison import Comparison
from cvret.evaluation.gains import Difference
from cvret.evaluation.report import Report
from cvret.evaluation.scoring import small_is_good
from cvret.evaluation.wording import of_one_query
from cvret.metrics.classification import ClassTable

__all__ = ["class_table_of", "heading", "most_of", "pairs_of"]


def heading(metric: str, *, of_one: bool = False) -> str:
    """Give a metric's name, or what it is of one query; and where small is good.

    Examples
    --------
    >>> heading("mAP", of_one=True), heading("ANMRR")
    ('AP', 'ANMRR (small is good)')
    """
    name = of_one_query(metric) if of_one else metric
    return f"{name} (small is good)" if small_is_good(metric) else name


def most_of(metric: str) -> float:
    """Give the largest value that a metric can have."""
    return 4.0 if metric == "N-S" else 1.0


def pairs_of(comparison: Comparison) -> list[Difference]:
    """Give the differences by the comparison's metric, the best systems first."""
    places = {name: place for place, name in enumerate(comparison.order())}
    metric = comparison.metric
    found = [each for each in comparison.differences if each.metric == metric]
    return sorted(found, key=lambda each: (places[each.better], places[each.other]))


def class_table_of(report: Report) -> ClassTable | None:
    """Give how well the classes of queries were told; None where they have none."""
    if not any(query in report.query_classes for query in report.queries):
        return None
    found: ClassTable = report.class_table()
    return found
