"""The loops over postings, compiled, each with the plain form that is its oracle.

A posting is one feature of one indexed image: the row of the image (16 bits) and the
feature's 64-bit signature. Postings lie word after word, within a word by image.
"""

import numpy as np
from numpy.typing import NDArray

from cvret._optional import bit_count, compiled, prefetch

__all__ = [
    "count_runs",
    "count_runs_numpy",
    "counting_order",
    "counting_order_numpy",
    "dot_codes",
    "dot_codes_numpy",
    "match_features",
    "match_features_numpy",
    "score_postings",
    "score_postings_numpy",
    "score_words",
    "score_words_numpy",
]

SIGNATURE_BITS = 64
_CHUNK = 128  # postings squeezed to their matches while the next ones are fetched
_LINE = 64  # bytes that come from memory at once


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
        Share of that by the number of differing bits; never ascending.
    threshold : int
        Differing bits of a match, at most; 64 takes all.
    images : array of uint16, shape (n_postings,)
        Row of each posting's image.
    stored : array of uint64, shape (n_postings,)
        Signature of each posting.
    scores : array of float32, shape (65536,)
        Changed in place; as long as a row can be, whatever the file says.
    """
    best = np.zeros(len(scores), np.float32)
    for feature in range(len(starts)):
        best[:] = 0
        for start, end, signature in zip(
            starts[feature], ends[feature], signatures[feature], strict=True
        ):
            bits = np.bitwise_count(stored[start:end] ^ signature)
            close = bits <= threshold
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
    """The compiled form of `score_postings_numpy`.

    Matches are few among postings: without a branch, each chunk of postings is first
    squeezed to its matches. Where a feature has one word, an image's matches follow
    one another, and the best of them is found on the way; where it has several words,
    the best so far of each image is kept aside.
    """
    several = starts.shape[1] > 1
    limit = np.uint64(threshold)
    nothing = np.uint8(SIGNATURE_BITS + 1)
    worth = np.zeros(SIGNATURE_BITS + 2, np.float32)
    for bits_apart in range(SIGNATURE_BITS + 1):  # a slice takes seconds to compile
        worth[bits_apart] = match_weights[bits_apart]
    near = np.empty(_CHUNK + 1, np.uint16)
    best = np.full(len(scores) if several else 0, nothing, np.uint8)
    found = np.empty(len(scores) + 1 if several else 0, np.uint16)
    for feature in range(len(starts)):
        weight = weights[feature]
        n_found = np.uint64(0)
        last_image, last_bits = np.uint16(0), nothing
        following = min(feature + 1, len(starts) - 1)
        for assignment in range(starts.shape[1]):
            next_list = starts[following, assignment]
            for place in range(next_list, next_list + _CHUNK, _LINE // 8):
                prefetch(stored, place)
            for place in range(next_list, next_list + _CHUNK, _LINE // 2):
                prefetch(images, place)
            signature = signatures[feature, assignment]
            end_of_list = ends[feature, assignment]
            for start in range(starts[feature, assignment], end_of_list, _CHUNK):
                end = min(start + _CHUNK, end_of_list)
                after = min(end + _CHUNK, end_of_list)
                for place in range(end, after, _LINE // 8):
                    prefetch(stored, place)
                for place in range(end, after, _LINE // 2):
                    prefetch(images, place)
                some, rows = stored[start:end], images[start:end]
                n_near = np.uint64(0)
                for posting in range(end - start):
                    near[n_near] = np.uint16(posting)
                    n_near += np.uint64(bit_count(some[posting] ^ signature) <= limit)
                for number in range(n_near):
                    match = np.uint64(near[np.uint64(number)])
                    image = rows[match]
                    bits = np.uint8(bit_count(some[match] ^ signature))
                    if several:
                        before = best[image]
                        found[n_found] = image
                        n_found += np.uint64(before == nothing)
                        best[image] = min(before, bits)
                    elif image != last_image:
                        scores[last_image] += weight * worth[last_bits]
                        last_image, last_bits = image, bits
                    else:
                        last_bits = min(last_bits, bits)
        if not several:
            scores[last_image] += weight * worth[last_bits]
        for number in range(n_found):
            image = found[np.uint64(number)]
            scores[image] += weight * worth[best[image]]
            best[image] = nothing


def score_words_numpy(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    weights: NDArray[np.float32],
    images: NDArray[np.uint16],
    scores: NDArray[np.float32],
) -> None:
    """Add to each image's score the weights of the words that it has.

    Parameters
    ----------
    starts, ends : arrays of int64, shape (n,)
        Postings of each word, by image.
    weights : array of float32, shape (n,)
        What each word is worth.
    images : array of uint16, shape (n_postings,)
        Row of each posting's image.
    scores : array of float32, shape (65536,)
        Changed in place.
    """
    for start, end, weight in zip(starts, ends, weights, strict=True):
        scores[np.unique(images[start:end])] += weight


@compiled(stand_in=score_words_numpy)
def score_words(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    weights: NDArray[np.float32],
    images: NDArray[np.uint16],
    scores: NDArray[np.float32],
) -> None:
    """The compiled form of `score_words_numpy`."""
    for word in range(len(starts)):
        weight = weights[word]
        if starts[word] >= ends[word]:
            continue
        rows = images[starts[word] : ends[word]]
        scores[rows[0]] += weight
        for posting in range(1, len(rows)):
            # Once an image: nothing where the posting before was of the same.
            new = np.float32(rows[posting] != rows[posting - 1])
            scores[rows[posting]] += weight * new


def counting_order_numpy(keys: NDArray[np.uint32], n_keys: int) -> NDArray[np.int64]:
    """Give the order that sorts keys below `n_keys`, equal ones as they stand."""
    return np.argsort(keys, kind="stable")


@compiled(stand_in=counting_order_numpy)
def counting_order(keys: NDArray[np.uint32], n_keys: int) -> NDArray[np.int64]:
    """The compiled form of `counting_order_numpy`, by counting."""
    places = np.zeros(n_keys + 1, np.int64)
    for key in keys:
        places[key + np.uint32(1)] += 1
    for key in range(n_keys):
        places[key + 1] += places[key]
    order = np.empty(len(keys), np.int64)
    for number in range(len(keys)):
        key = keys[number]
        order[places[key]] = number
        places[key] += 1
    return order


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
                        bits = bit_count(stored[posting] ^ signature)
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
                    bits = bit_count(stored[posting] ^ signature)
                    if bits <= limit and bits < differing[place, feature]:
                        differing[place, feature] = bits
                        postings[place, feature] = posting
                    posting += 1
    return postings, differing


def count_runs_numpy(
    starts: NDArray[np.int64], rows: NDArray[np.uint16], n_images: int
) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """Count, in sorted postings, how often images occur in words.

    Parameters
    ----------
    starts : array of int64, shape (u + 1,)
        Where the postings of each word begin, and where all end.
    rows : array of uint16, shape (n,)
        The image of each posting, ascending within a word.
    n_images : int
        How many images there are.

    Returns
    -------
    df : array of uint32, shape (u,)
        In how many images each word occurs.
    squares : array of float64, shape (n_images,)
        Of each image, the sum of the squared counts of its words.
    """
    new = np.ones(len(rows), bool)
    new[1:] = rows[1:] != rows[:-1]
    new[starts[:-1]] = True
    first = np.flatnonzero(new)
    runs = np.diff(np.append(first, len(rows)))
    squares = np.zeros(n_images)
    np.add.at(squares, rows[first], runs.astype(np.float64) ** 2)
    return np.diff(np.searchsorted(first, starts)).astype(np.uint32), squares


@compiled(stand_in=count_runs_numpy)
def count_runs(
    starts: NDArray[np.int64], rows: NDArray[np.uint16], n_images: int
) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """The compiled form of `count_runs_numpy`."""
    df = np.zeros(len(starts) - 1, np.uint32)
    squares = np.zeros(n_images, np.float64)
    for word in range(len(starts) - 1):
        begin = starts[word]
        for place in range(starts[word] + 1, starts[word + 1] + 1):
            if place == starts[word + 1] or rows[place] != rows[begin]:
                df[word] += np.uint32(1)
                squares[rows[begin]] += np.float64(place - begin) ** 2
                begin = place
    return df, squares


def dot_codes_numpy(
    codes: NDArray[np.uint8],
    scales: NDArray[np.float32],
    query: NDArray[np.int16],
    whole: float,
    step: float,
    error: float,
    norm: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the dot product of each quantized vector with a query, and how far off.

    Parameters
    ----------
    codes : array of uint8, shape (n, d)
        The vectors: ``low + step * code``.
    scales : array of float32, shape (n, 4)
        Of each, ``low``, ``step``, its distance to the true vector, and the length of
        that.
    query : array of int16, shape (d,)
        Its codes, so small that no sum leaves 32 bits.
    whole, step, error, norm : float
        Of the query: the sum of its elements, what one of its codes is worth, how far
        the codes are from it, and its length.

    Returns
    -------
    dots, off : arrays of float64, shape (n,)
        The true product is within ``dots - off`` and ``dots + off``.
    """
    products = codes.astype(np.int32) @ query.astype(np.int32)
    low, code_step, distance, length = scales.T.astype(np.float64)
    root = np.sqrt(float(codes.shape[1]))
    longest = np.minimum(code_step * root * 255, length + distance + abs(low) * root)
    off = norm * distance + error * longest + 1e-6 * norm * length + 1e-36
    return low * whole + code_step * step * products, off


@compiled(stand_in=dot_codes_numpy)
def dot_codes(
    codes: NDArray[np.uint8],
    scales: NDArray[np.float32],
    query: NDArray[np.int16],
    whole: float,
    step: float,
    error: float,
    norm: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The compiled form of `dot_codes_numpy`."""
    n, d = codes.shape
    dots, off = np.empty(n, np.float64), np.empty(n, np.float64)
    root = np.sqrt(np.float64(d))
    for row in range(n):
        total = np.int32(0)
        for k in range(d):
            product = np.int32(np.int32(codes[row, k]) * np.int32(query[k]))
            total = np.int32(total + product)
        low, code_step = np.float64(scales[row, 0]), np.float64(scales[row, 1])
        distance, length = np.float64(scales[row, 2]), np.float64(scales[row, 3])
        longest = min(code_step * root * 255, length + distance + abs(low) * root)
        dots[row] = low * whole + code_step * step * np.float64(total)
        off[row] = norm * distance + error * longest + 1e-6 * norm * length + 1e-36
    return dots, off
