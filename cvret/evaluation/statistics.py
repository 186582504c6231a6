"""What a difference of means over queries may claim: intervals and paired tests."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_number

__all__ = [
    "Interval",
    "bootstrap_interval",
    "bootstrap_intervals",
    "holm",
    "paired_test",
    "paired_tests",
]

_AT_ONCE = 1 << 22  # resampled values that are held at a time


class Interval(NamedTuple):
    """Between what a mean lies, with the confidence that was asked for."""

    low: float
    high: float


def bootstrap_interval(
    values: NDArray[np.floating],
    *,
    confidence: float = 0.95,
    n_resamples: int = 10_000,
    random_state: int = 0,
) -> Interval:
    """Give an interval of the mean, by the bias-corrected accelerated bootstrap.

    Parameters
    ----------
    values : array of float, shape (n,)
        One a query; for the difference of two systems, the paired differences.
    confidence : float
        The share of such intervals that hold the true mean, in (0, 1).
    n_resamples : int
        Samples drawn with replacement.
    random_state : int
        Seeds them.

    Returns
    -------
    Interval
        Both ends are NaN for fewer than two values, of which nothing can be said.

    Raises
    ------
    ValueError
        If there is no value, one is not finite, or an argument is out of range.

    References
    ----------
    Efron, "Better bootstrap confidence intervals", Journal of the American Statistical
    Association 82(397), 1987.

    Examples
    --------
    >>> low, high = bootstrap_interval(np.array([0.2, 0.4, 0.6, 0.8]))
    >>> 0.2 <= low < 0.5 < high <= 0.8
    True
    """
    column = _check_values(values)[:, np.newaxis]
    (interval,) = bootstrap_intervals(
        column,
        confidence=confidence,
        n_resamples=n_resamples,
        random_state=random_state,
    )
    return interval


def bootstrap_intervals(
    values: NDArray[np.floating],
    *,
    confidence: float = 0.95,
    n_resamples: int = 10_000,
    random_state: int = 0,
) -> list[Interval]:
    """Give an interval of the mean of each column of a table.

    Parameters
    ----------
    values : array of float, shape (n, m)
        A row a query, a column a metric or a system.
    confidence, n_resamples, random_state
        As for `bootstrap_interval`; all columns share the samples.

    Returns
    -------
    list of Interval, of length m
        Each what `bootstrap_interval` gives for the column.

    Raises
    ------
    ValueError
        If there is no row, a value is not finite, or an argument is out of range.

    Examples
    --------
    >>> table = np.array([[0.2, 1.0], [0.4, 1.0], [0.6, 1.0]])
    >>> bootstrap_intervals(table)[1]
    Interval(low=1.0, high=1.0)
    """
    table = _check_table(values)
    check_number("confidence", confidence, least=1e-6, most=1 - 1e-6)
    check_count("n_resamples", n_resamples, least=100)
    n, means = len(table), table.mean(axis=0)
    found = [Interval(np.nan, np.nan)] * table.shape[1]
    if n < 2:
        return found
    varied = np.ptp(table, axis=0) > 0
    resampled = _resampled_means(table[:, varied], n_resamples, random_state)
    columns = iter(np.ascontiguousarray(resampled.T))
    for place, mean in enumerate(means.tolist()):
        if not varied[place]:
            constant = float(table[0, place])
            found[place] = Interval(constant, constant)
        else:
            found[place] = _interval(table[:, place], next(columns), mean, confidence)
    return found


def _interval(
    values: NDArray[np.float64],
    resampled: NDArray[np.float64],
    mean: float,
    confidence: float,
) -> Interval:
    """Give the bias-corrected accelerated interval of one mean."""
    # Those of scipy.stats.norm, which takes a millisecond a call.
    from scipy.special import ndtr, ndtri

    # Half of those that are equal, for a mean over few queries has few values; equal
    # ones differ by rounding, as sums of another order do.
    rounding = 1e-12 * float(np.abs(values).max())
    below = (resampled < mean - rounding).mean() / 2
    below += (resampled <= mean + rounding).mean() / 2
    least = 0.5 / len(resampled)
    bias = ndtri(np.clip(below, least, 1 - least))
    # The jackknife's acceleration: leaving one out moves the mean against its value.
    apart = values - mean
    acceleration = (apart**3).sum() / (6 * (apart**2).sum() ** 1.5)
    tails = ndtri([(1 - confidence) / 2, (1 + confidence) / 2])
    levels = ndtr(bias + (bias + tails) / (1 - acceleration * (bias + tails)))
    low, high = np.quantile(resampled, levels)
    return Interval(float(low), float(high))


def paired_test(
    differences: NDArray[np.floating],
    *,
    n_resamples: int = 10_000,
    random_state: int = 0,
) -> float:
    """Give the probability of such a mean difference if both systems were alike.

    Under that hypothesis the sign of each difference is chance. All choices of signs
    are tried where these are at most `n_resamples`, else so many at random.

    Parameters
    ----------
    differences : array of float, shape (n,)
        Of two systems, query by query.
    n_resamples : int
        Choices of signs.
    random_state : int
        Seeds them.

    Returns
    -------
    float
        Two-sided, in (0, 1]; 1 where all differences are 0.

    Raises
    ------
    ValueError
        If there is no difference, or one is not finite.

    References
    ----------
    Fisher, "The Design of Experiments", 1935. Smucker, Allan and Carterette, "A
    comparison of statistical significance tests for information retrieval evaluation",
    CIKM 2007.

    Examples
    --------
    Of four signs, all equal by chance 2 times in 16:

    >>> paired_test(np.array([1.0, 1.0, 1.0, 1.0]))
    0.125
    """
    column = _check_values(differences)[:, np.newaxis]
    found = paired_tests(column, n_resamples=n_resamples, random_state=random_state)
    return float(found[0])


def paired_tests(
    differences: NDArray[np.floating],
    *,
    n_resamples: int = 10_000,
    random_state: int = 0,
) -> NDArray[np.float64]:
    """Test each column of a table of differences.

    Parameters
    ----------
    differences : array of float, shape (n, m)
        A row a query; a column for each two systems, or each metric.
    n_resamples, random_state
        As for `paired_test`; all columns share the choices of signs.

    Returns
    -------
    array of float64, shape (m,)
        Each what `paired_test` gives for the column; not corrected, see `holm`.

    Raises
    ------
    ValueError
        If there is no row, or a difference is not finite.

    Examples
    --------
    >>> paired_tests(np.array([[1.0, 1.0], [1.0, -1.0], [1.0, 0.0], [1.0, 0.0]]))
    array([0.125, 1.   ])
    """
    table = _check_table(differences)
    check_count("n_resamples", n_resamples, least=100)
    n_moved = (table != 0).sum(axis=0)
    found = np.ones(table.shape[1])
    drawn = []
    for place, n in enumerate(n_moved.tolist()):
        if n <= 60 and 2**n <= n_resamples:
            found[place] = _exact_test(table[table[:, place] != 0, place])
        else:
            drawn.append(place)
    if drawn:
        found[drawn] = _drawn_tests(table[:, drawn], n_resamples, random_state)
    return found


_ROUNDING = 1 - 1e-12  # sums in another order round otherwise


def _exact_test(moved: NDArray[np.float64]) -> float:
    """Try all choices of the signs of differences that are not 0."""
    n, enough = len(moved), abs(float(moved.sum())) * _ROUNDING
    choices = np.arange(2**n)[:, np.newaxis] >> np.arange(n) & 1
    return float((np.abs((2 * choices - 1) @ moved) >= enough).mean())


def _drawn_tests(
    table: NDArray[np.float64], n_resamples: int, random_state: int
) -> NDArray[np.float64]:
    """Draw choices of signs, the same for all columns."""
    rng = np.random.default_rng(random_state)
    enough = np.abs(table.sum(axis=0)) * _ROUNDING
    n_as_far = np.zeros(table.shape[1], np.int64)
    for size in _sizes(n_resamples, len(table)):
        signs = rng.integers(0, 2, (size, len(table)), np.int8) * 2 - 1
        sums = signs.astype(np.float64) @ table
        n_as_far += (np.abs(sums) >= enough).sum(axis=0)
    # What was seen is one of the choices.
    found: NDArray[np.float64] = (1 + n_as_far) / (1 + n_resamples)
    return found


def holm(probabilities: Sequence[float]) -> NDArray[np.float64]:
    """Correct probabilities of several tests, so that all hold together.

    Parameters
    ----------
    probabilities : sequence of float
        One a test, in [0, 1].

    Returns
    -------
    array of float64
        In their order, never smaller than they were, at most 1: where one is below a
        level, at that level not one of all these claims is false by chance.

    References
    ----------
    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
    Journal of Statistics 6(2), 1979.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(probabilities, np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"probabilities must lie in [0, 1], got {probabilities!r}")
    order = np.argsort(p, kind="stable")
    grown = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(grown, 1)
    return corrected


def _check_values(values: NDArray[np.floating]) -> NDArray[np.float64]:
    found = np.asarray(values, np.float64)
    if found.ndim != 1 or not len(found):
        raise ValueError(f"values must be one or more in a row, got {found.shape}")
    if not np.isfinite(found).all():
        raise ValueError("values must be finite, got NaN or infinite ones")
    return found


def _check_table(values: NDArray[np.floating]) -> NDArray[np.float64]:
    found = np.asarray(values, np.float64)
    if found.ndim != 2 or not len(found):
        raise ValueError(
            f"values must be a table with a row a query, got shape {found.shape}"
        )
    if not np.isfinite(found).all():
        raise ValueError("values must be finite, got NaN or infinite ones")
    return found


def _resampled_means(
    table: NDArray[np.float64], n_resamples: int, random_state: int
) -> NDArray[np.float64]:
    """Give the means of samples drawn with replacement, shape (n_resamples, m)."""
    rng = np.random.default_rng(random_state)
    n = len(table)
    if not table.shape[1]:
        return np.empty((n_resamples, 0))
    means = []
    for size in _sizes(n_resamples, n):
        drawn = rng.integers(0, n, (size, n))
        drawn += np.arange(size)[:, np.newaxis] * n
        times = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        means.append(times.astype(np.float64) @ table / n)
    return np.concatenate(means)


def _sizes(n_resamples: int, n: int) -> list[int]:
    """Split resamples so that few are held at a time."""
    size = max(1, _AT_ONCE // n)
    whole, rest = divmod(n_resamples, size)
    return [size] * whole + [rest] * (rest > 0)
