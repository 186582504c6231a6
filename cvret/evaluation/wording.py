"""What a comparison may claim, in plain words."""

import math
from collections.abc import Sequence

from cvret.evaluation.comparison import Comparison
from cvret.evaluation.gains import Difference
from cvret.evaluation.guards import FEW
from cvret.evaluation.scoring import small_is_good

__all__ = [
    "duration",
    "enumeration",
    "figures",
    "least_queries",
    "of_one_query",
    "probability",
    "sentence_of",
]

_MOST_NAMED = 6
_OF_ONE = {"ANMRR": "NMRR", "MRR": "reciprocal rank"}


def sentence_of(comparison: Comparison) -> str:
    """Say which system is best, by how much, and how sure that is.

    No more is claimed than holds (`Difference.holds`): where the corrected probability
    is above 1 minus the confidence, or the interval holds 0, it says that it cannot be
    told.

    Returns
    -------
    str
        One sentence or a few: the claim; what the best takes, or the fastest of those
        that cannot be told from it; and whether the queries are too few.
    """
    best, *others = comparison.order()
    tied = [name for name in others if not _beats(comparison, best, name)]
    beaten = [name for name in others if name not in tied]
    if tied:
        said = _undecided(comparison, best, tied, beaten)
    else:
        said = _decided(comparison, best, others)
    said += [_cost(comparison, best, tied), _few(comparison)]
    return " ".join(text for text in said if text)


def least_queries(n_pairs: int, confidence: float) -> int:
    """Give how many queries a paired test needs, at least, to find any difference.

    Of n queries that all are won, the test's probability is 2 / 2^n, and Holm's
    correction multiplies the smallest by the number of pairs.

    Examples
    --------
    >>> least_queries(1, 0.95)
    6
    """
    return max(2, math.ceil(1 + math.log2(n_pairs / (1 - confidence)) - 1e-9))


def probability(value: float, name: str = "p") -> str:
    """Write a probability; never as 0.

    Examples
    --------
    >>> probability(0.0001), probability(0.04159), probability(1.0)
    ('p < 0.001', 'p = 0.042', 'p = 1')
    """
    if value < 0.001:
        return f"{name} < 0.001"
    return f"{name} = {min(value, 1.0):.3f}" if value < 0.9995 else f"{name} = 1"


def figures(*values: float) -> list[str]:
    """Write values with three decimals, or four where one would show as 0.

    Examples
    --------
    >>> figures(0.28, 0.2, 0.3046), figures(0.012, 0.0004, -0.1)
    (['0.280', '0.200', '0.305'], ['0.0120', '0.0004', '-0.1000'])
    """
    decimals = 4 if any(0 < abs(value) < 0.0005 for value in values) else 3
    texts = [f"{value:.{decimals}f}" for value in values]
    return [text[1:] if not float(text) and text[0] == "-" else text for text in texts]


def of_one_query(metric: str) -> str:
    """Name what a metric, which is a mean over queries, is of a single query.

    Examples
    --------
    >>> [of_one_query(name) for name in ("mAP@10", "ANMRR", "MRR", "P@10")]
    ['AP@10', 'NMRR', 'reciprocal rank', 'P@10']
    """
    if metric.startswith("mAP"):
        return metric.removeprefix("m")
    return _OF_ONE.get(metric, metric)


def duration(milliseconds: float) -> str:
    """Write a time with two digits.

    Examples
    --------
    >>> duration(0.234), duration(4.04), duration(123.4), duration(2345.0)
    ('0.23 ms', '4.0 ms', '123 ms', '2.3 s')
    """
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:,.1f} s"
    if milliseconds >= 10:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds:.1f} ms" if milliseconds >= 1 else f"{milliseconds:.2f} ms"


def enumeration(names: Sequence[str], most: int = _MOST_NAMED) -> str:
    """Write names in a row; of more than `most`, how many there are beside.

    Examples
    --------
    >>> enumeration(["a", "b", "c"]), enumeration(["a", "b", "c"], most=2)
    ('a, b and c', 'a and 2 others')
    """
    if len(names) > most:
        shown = most - 1
        return f"{', '.join(names[:shown])} and {len(names) - shown:,} others"
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _beats(comparison: Comparison, best: str, other: str) -> bool:
    difference = comparison.difference(best, other)
    return difference.better == best and difference.holds(comparison.confidence)


def _decided(comparison: Comparison, best: str, others: Sequence[str]) -> list[str]:
    second = others[0]
    difference = comparison.difference(best, second)
    values = [comparison.mean(name) for name in (best, second)]
    first_mean, second_mean, gain, low, high = figures(
        *values, difference.mean, *difference.interval
    )
    claim = f"better than {second}" if len(others) == 1 else "best"
    of = "" if len(others) == 1 else f" of {second}, the runner-up"
    return [
        f"On {_queries(comparison)}, {best} ranks {claim}"
        + (f" of {len(others) + 1} systems" if of else "")
        + f": {_measured(comparison)} {first_mean} against {second_mean}{of}, a gain "
        f"of {gain} ({_percent(comparison)} interval {low} to {high}, "
        f"{_tested(comparison, difference)})."
    ]


def _undecided(
    comparison: Comparison, best: str, tied: Sequence[str], beaten: Sequence[str]
) -> list[str]:
    rival = tied[0]
    which = "better" if len(comparison.names) == 2 else "best"
    said = [
        f"Which of {enumeration([best, *tied])} is {which} cannot be told from "
        f"{_queries(comparison)}: {_gain(comparison, best, rival)}."
    ]
    if beaten:
        worst = max(comparison.difference(best, name).corrected for name in beaten)
        test = probability(worst, "corrected p").replace("=", "at most")
        said.append(f"{best} ranks better than {enumeration(beaten)} ({test}).")
    return said


def _gain(comparison: Comparison, best: str, rival: str) -> str:
    """Tell of a gain that proves nothing."""
    difference = comparison.difference(best, rival)
    if difference.wins == difference.losses == 0:
        measured = of_one_query(comparison.metric)
        return f"{best} and {rival} have the same {measured} on each"
    values = [comparison.mean(name) for name in (best, rival)]
    first_mean, second_mean, gain, low, high = figures(
        *values, difference.mean, *difference.interval
    )
    measured = (
        f"{_measured(comparison)} is {first_mean} for {best} and {second_mean} for "
        f"{rival}"
    )
    if not math.isfinite(difference.interval.low):
        return f"{measured}, and one query says nothing of others"
    where = (
        f"the gain of {gain} lies between {low} and {high} "
        f"({_percent(comparison)} interval, {_tested(comparison, difference)})"
    )
    return f"{measured}, {where}"


def _cost(comparison: Comparison, best: str, tied: Sequence[str]) -> str:
    """Tell what the best takes, or the fastest of those that are as good."""
    if "machines" in comparison.about or "times" in comparison.about:
        return ""
    rivals = [best, *tied] if tied else list(comparison.names)
    times = {name: comparison.milliseconds(name) for name in rivals}
    if not all(map(math.isfinite, times.values())):
        return ""
    fastest = min(rivals, key=lambda name: times[name])
    slowest = max(rivals, key=lambda name: times[name])
    took = {name: duration(ms) for name, ms in times.items()}
    shortest = f"{took[fastest]} a query in the median"
    if took[fastest] == took[slowest]:
        whose = "Both take" if len(rivals) == 2 else "All of these take"
        return f"{whose} {shortest}."
    if tied:
        return (
            f"Of these, {fastest} is the fastest, {shortest}; {slowest} takes "
            f"{took[slowest]}."
        )
    if fastest == best:
        return f"{best} is the fastest, too: {shortest}."
    return (
        f"{best} takes {took[best]} a query in the median, {fastest}, the fastest, "
        f"{took[fastest]}."
    )


def _few(comparison: Comparison) -> str:
    n, n_systems = comparison.n_queries, len(comparison.names)
    least = least_queries(n_systems * (n_systems - 1) // 2, comparison.confidence)
    if n < least:
        return (
            f"So few queries can show no difference, however large; take {least} at "
            "the very least."
        )
    return "Queries are few: only large differences show." if n < FEW else ""


def _measured(comparison: Comparison) -> str:
    small = small_is_good(comparison.metric)
    return f"{comparison.metric} (small is good)" if small else comparison.metric


def _tested(comparison: Comparison, difference: Difference) -> str:
    name = "corrected p" if len(comparison.names) > 2 else "p"
    return probability(difference.corrected, name)


def _percent(comparison: Comparison) -> str:
    return f"{100 * comparison.confidence:.6g} %"


def _queries(comparison: Comparison) -> str:
    n = comparison.n_queries
    return f"these {n:,} queries" if n != 1 else "this one query"
