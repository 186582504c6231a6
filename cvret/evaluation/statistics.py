"""What a difference of means over queries may claim: intervals and paired tests."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_number

__all__ = ["Interval", "bootstrap_interval", "holm", "paired_test"]

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
    values = _check_values(values)
    check_number("confidence", confidence, least=1e-6, most=1 - 1e-6)
    check_count("n_resamples", n_resamples, least=100)
    n, mean = len(values), float(values.mean())
    if n < 2:
        return Interval(np.nan, np.nan)
    if np.ptp(values) == 0:
        return Interval(mean, mean)
    from scipy.stats import norm

    means = _resampled_means(values, n_resamples, random_state)
    # Half of those that are equal, for a mean over few queries has few values.
    below = ((means < mean).mean() + (means <= mean).mean()) / 2
    bias = norm.ppf(np.clip(below, 0.5 / n_resamples, 1 - 0.5 / n_resamples))
    # The jackknife's acceleration: leaving one out moves the mean against its value.
    apart = values - mean
    acceleration = (apart**3).sum() / (6 * (apart**2).sum() ** 1.5)
    tails = norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    levels = norm.cdf(bias + (bias + tails) / (1 - acceleration * (bias + tails)))
    low, high = np.quantile(means, levels)
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
    differences = _check_values(differences)
    check_count("n_resamples", n_resamples, least=100)
    moved = np.abs(differences[differences != 0])
    n = len(moved)
    if n == 0:
        return 1.0
    found = abs(float(differences.sum()))
    enough = found * (1 - 1e-12)  # sums in another order round otherwise
    if n <= 60 and 2**n <= n_resamples:
        choices = np.arange(2**n)[:, np.newaxis] >> np.arange(n) & 1
        return float((np.abs((2 * choices - 1) @ moved) >= enough).mean())
    rng = np.random.default_rng(random_state)
    n_as_far = 0
    for size in _sizes(n_resamples, n):
        signs = rng.integers(0, 2, (size, n), np.int8) * 2 - 1
        n_as_far += int((np.abs(signs @ moved) >= enough).sum())
    # What was seen is one of the choices.
    return (1 + n_as_far) / (1 + n_resamples)


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


def _resampled_means(
    values: NDArray[np.float64], n_resamples: int, random_state: int
) -> NDArray[np.float64]:
    rng = np.random.default_rng(random_state)
    n = len(values)
    return np.concatenate(
        [
            values[rng.integers(0, n, (size, n))].mean(axis=1)
            for size in _sizes(n_resamples, n)
        ]
    )


def _sizes(n_resamples: int, n: int) -> list[int]:
    """Split resamples so that few are held at a time."""
    size = max(1, _AT_ONCE // n)
    whole, rest = divmod(n_resamples, size)
    return [size] * whole + [rest] * (rest > 0)
