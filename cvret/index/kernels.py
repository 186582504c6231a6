"""The loops over postings, compiled, each with the plain form that is its oracle.

A posting is one feature of one indexed image: the row of the image (16 bits) and the
feature's 64-bit signature. Postings lie word after word, within a word by image.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled

__all__ = [
    "match_features",
    "match_features_numpy",
    "score_postings",
    "score_postings_numpy",
]

SIGNATURE_BITS = 64


def _differing_numpy(a: Any, b: Any) -> Any:
    """Count the bits in which two signatures differ."""
    return np.bitwise_count(a ^ b)


@compiled(stand_in=_differing_numpy)
def _differing(a: Any, b: Any) -> Any:
    """Count the bits in which two signatures differ; becomes one instruction."""
    x = a ^ b
    x -= (x >> np.uint64(1)) & np.uint64(0x5555555555555555)
    x = (x & np.uint64(0x3333333333333333)) + (
        (x >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (x * np.uint64(0x0101010101010101)) >> np.uint64(56)


def score_postings_numpy(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    signatures: NDArray[np.uint64],
    weights: NDArray[np.float32],
    match_weights: NDArray[np.float32],
    threshold: int,
    images: NDArray[np.uint16],
    stored: NDArray[np.uint64],
    scores: NDArray[np.float32],
) -> None:
    """Add to each image's score what each feature of the query finds in it.

    A feature of the query counts once an image, with its best match there; so a
    repeated pattern (a burst) counts as one.

    Parameters
    ----------
    starts, ends : arrays of int64, shape (n, m)
        Postings of the `m` words of each of the `n` features of the query.
    signatures : array of uint64, shape (n, m)
        The features' signatures, one for each word.
    weights : array of float32, shape (n,)
        What a perfect match of each feature is worth.
    match_weights : array of float32, shape (65,)
        Share of that by the number of differing bits.
    threshold : int
        Differing bits of a match, at most; 64 takes all.
    images : array of uint16, shape (n_postings,)
        Row of each posting's image.
    stored : array of uint64, shape (n_postings,)
        Signature of each posting.
    scores : array of float32, shape (n_images,)
        Changed in place.
    """
    best = np.zeros(len(scores), np.float32)
    for feature in range(len(starts)):
        best[:] = 0
        for start, end, signature in zip(
            starts[feature], ends[feature], signatures[feature], strict=True
        ):
            bits = np.bitwise_count(stored[start:end] ^ signature)
            # A row beyond the images is damage on disk; it must not reach memory.
            close = (bits <= threshold) & (images[start:end] < len(scores))
            np.maximum.at(best, images[start:end][close], match_weights[bits[close]])
        scores += weights[feature] * best


@compiled(stand_in=score_postings_numpy)
def score_postings(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    signatures: NDArray[np.uint64],
    weights: NDArray[np.float32],
    match_weights: NDArray[np.float32],
    threshold: int,
    images: NDArray[np.uint16],
    stored: NDArray[np.uint64],
    scores: NDArray[np.float32],
) -> None:
    """The compiled form of `score_postings_numpy`."""
    best = np.zeros(len(scores), np.float32)
    found = np.empty(len(scores), np.int64)
    limit = np.uint64(threshold)
    for feature in range(len(starts)):
        n_found = 0
        for assignment in range(starts.shape[1]):
            signature = signatures[feature, assignment]
            for posting in range(
                starts[feature, assignment], ends[feature, assignment]
            ):
                bits = _differing(stored[posting], signature)
                if bits <= limit:
                    image = images[posting]
                    weight = match_weights[bits]
                    # A row beyond the images is damage on disk.
                    if image < len(scores) and weight > best[image]:
                        if best[image] == 0:
                            found[n_found] = image
                            n_found += 1
                        best[image] = weight
        for i in range(n_found):
            image = found[i]
            scores[image] += weights[feature] * best[image]
            best[image] = 0


def match_features_numpy(
    candidates: NDArray[np.int64],
    n_images: int,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    signatures: NDArray[np.uint64],
    threshold: int,
    images: NDArray[np.uint16],
    stored: NDArray[np.uint64],
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Find the best match of each feature of the query in each candidate image.

    Parameters
    ----------
    candidates : array of int64, shape (c,)
        Rows of images, ascending.
    n_images : int
        Images of the segment.
    starts, ends, signatures, threshold, images, stored
        As for `score_postings_numpy`.

    Returns
    -------
    postings : array of int64, shape (c, n)
        The posting that matches best, the first of equals; -1 where none does.
    bits : array of uint8, shape (c, n)
        In how many bits it differs.
    """
    postings = np.full((len(candidates), len(starts)), -1, np.int64)
    differing = np.full((len(candidates), len(starts)), SIGNATURE_BITS + 1, np.uint8)
    for feature in range(len(starts)):
        for start, end, signature in zip(
            starts[feature], ends[feature], signatures[feature], strict=True
        ):
            bits = np.bitwise_count(stored[start:end] ^ signature)
            for offset in np.flatnonzero(bits <= threshold):
                place = np.searchsorted(candidates, images[start + offset])
                if place == len(candidates):
                    continue
                if candidates[place] != images[start + offset]:
                    continue
                if bits[offset] < differing[place, feature]:
                    differing[place, feature] = bits[offset]
                    postings[place, feature] = start + offset
    return postings, differing


@compiled(stand_in=match_features_numpy)
def match_features(
    candidates: NDArray[np.int64],
    n_images: int,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    signatures: NDArray[np.uint64],
    threshold: int,
    images: NDArray[np.uint16],
    stored: NDArray[np.uint64],
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """The compiled form of `match_features_numpy`."""
    n_candidates = len(candidates)
    # As long as a row can be, for a row beyond the images is damage on disk.
    place_of = np.full(max(n_images, 65536), -1, np.int32)
    for place in range(n_candidates):
        place_of[candidates[place]] = place
    postings = np.full((n_candidates, len(starts)), -1, np.int64)
    differing = np.full((n_candidates, len(starts)), SIGNATURE_BITS + 1, np.uint8)
    limit = np.uint64(threshold)
    for feature in range(len(starts)):
        for assignment in range(starts.shape[1]):
            start, end = starts[feature, assignment], ends[feature, assignment]
            signature = signatures[feature, assignment]
            # A short list is read through; in a long one each candidate is looked up.
            if end - start < 8 * n_candidates:
                for posting in range(start, end):
                    place = place_of[images[posting]]
                    if place >= 0:
                        bits = _differing(stored[posting], signature)
                        if bits <= limit and bits < differing[place, feature]:
                            differing[place, feature] = bits
                            postings[place, feature] = posting
                continue
            low = start
            for place in range(n_candidates):
                image = candidates[place]
                high = end
                while low < high:
                    middle = (low + high) // 2
                    if images[middle] < image:
                        low = middle + 1
                    else:
                        high = middle
                posting = low
                while posting < end and images[posting] == image:
                    bits = _differing(stored[posting], signature)
                    if bits <= limit and bits < differing[place, feature]:
                        differing[place, feature] = bits
                        postings[place, feature] = posting
                    posting += 1
    return postings, differing
