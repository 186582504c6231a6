"""The texture descriptors of MPEG-7, against their definition, step by step."""

import numpy as np
import pytest

import cvret
from cvret.features.mpeg7_texture import _EDGE_SHARES, _limits


def picture(chelsea: np.ndarray, height: int, width: int) -> np.ndarray:
    """A grey cut of a photograph, so that no conversion rounds."""
    return np.repeat(chelsea[20 : 20 + height, 60 : 60 + width, 1:2], 3, axis=2)


def edges_slowly(grey: np.ndarray) -> np.ndarray:
    """Codes of the 80 bins, block by block, as the eXperimentation Model has them."""
    height, width = grey.shape
    size = int(np.sqrt(height * width // 1100) / 2) * 2 or 2
    half = size // 2
    bins, blocks = np.zeros((16, 5)), np.zeros(16)
    for y in range(0, height - size + 1, size):
        for x in range(0, width - size + 1, size):
            place = x * 4 // width + y * 4 // height * 4
            blocks[place] += 1
            b = grey[y : y + size, x : x + size].astype(float)
            d1, d2 = b[:half, :half].mean(), b[:half, half:].mean()
            d3, d4 = b[half:, :half].mean(), b[half:, half:].mean()
            strengths = [
                abs(d1 + d3 - (d2 + d4)),
                abs(d1 + d2 - (d3 + d4)),
                2**0.5 * abs(d1 - d4),
                2**0.5 * abs(d2 - d3),
                2 * abs(d1 - d2 - d3 + d4),
            ]
            if max(strengths) >= 11:
                bins[place, strengths.index(max(strengths))] += 1
    shares = bins / blocks[:, None]
    codes = np.zeros((16, 5), int)
    for place, kind in np.ndindex(16, 5):
        table = _EDGE_SHARES[kind]
        while (
            codes[place, kind] < 7
            and shares[place, kind]
            > (table[codes[place, kind]] + table[codes[place, kind] + 1]) / 2
        ):
            codes[place, kind] += 1
    return codes


@pytest.mark.parametrize(("height", "width"), [(200, 300), (99, 71), (256, 256)])
def test_local_edges_are_those_of_the_model(chelsea, height, width):
    image = picture(chelsea, height, width)
    codes = edges_slowly(image[..., 0])
    expected = [_EDGE_SHARES[kind, codes[p, kind]] for p, kind in np.ndindex(16, 5)]
    vector = cvret.EdgeHistogram(extended=False).describe(image)
    assert vector == pytest.approx(expected)


def distance_of_the_model(one: np.ndarray, other: np.ndarray) -> float:
    """Of two sets of 80 local values, by the loops of the eXperimentation Model."""
    totals = []
    for local in (one, other):
        total = np.zeros(150)
        total[5:85] = local
        for i in range(5):
            total[i] = local[i::5].sum() * 5 / 16
        for j in range(20):
            total[85 + j] = sum(local[j + step] for step in (0, 20, 40, 60)) / 4
            start = 20 * (j // 5) + j % 5
            total[105 + j] = sum(local[start + step] for step in (0, 5, 10, 15)) / 4
        for j in range(10):
            start = 10 * (j // 5) + j % 5
            total[125 + j] = sum(local[start + step] for step in (0, 5, 20, 25)) / 4
            total[135 + j] = sum(local[start + step] for step in (40, 45, 60, 65)) / 4
        for j in range(5):
            total[145 + j] = sum(local[j + step] for step in (25, 30, 45, 50)) / 4
        totals.append(total)
    return np.abs(totals[0] - totals[1]).sum()


def test_the_distance_of_extended_vectors_is_that_of_the_model(chelsea, coffee):
    images = chelsea, coffee
    local = [cvret.EdgeHistogram(extended=False).describe(i) for i in images]
    whole = [cvret.EdgeHistogram().describe(i) for i in images]
    expected = distance_of_the_model(*(v.astype(float) for v in local))
    assert np.abs(whole[0] - whole[1]).sum() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("stripes", "edge"), [((0, 1), "vertical"), ((1, 0), "horizontal")]
)
def test_stripes_have_their_edges(stripes, edge):
    y, x = np.indices((110, 110))
    # Blocks are 2 x 2 pixels; lines are one pixel wide.
    grey = ((y * stripes[0] + x * stripes[1]) % 2 * 255).astype(np.uint8)
    part = cvret.EdgeHistogram()
    vector = part.describe(np.repeat(grey[..., None], 3, axis=2))
    assert part.get_feature_names_out()[vector.argmax()] == f"global_{edge}"


def energies_slowly(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 30 energies and deviations, ray by ray, from a finer spectrum."""
    padded = np.zeros((384, 384))
    padded[128:256, 128:256] = grey
    # The middle of the picture, pixel 64, is the origin.
    spectrum = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(padded)))
    power = np.zeros((180, 64))
    for view in range(180):
        for radius in range(64):
            x = 3 * radius * np.cos(np.pi * view / 180) + 192
            y = 3 * radius * np.sin(np.pi * view / 180) + 192
            column, row = int(np.floor(x + 1e-9)), int(np.floor(y + 1e-9))
            right, down = x - column, y - row
            found = (1 - down) * (
                (1 - right) * spectrum[row, column] + right * spectrum[row, column + 1]
            ) + down * (
                (1 - right) * spectrum[row + 1, column]
                + right * spectrum[row + 1, column + 1]
            )
            power[view, radius] = abs(found) ** 2 * radius**2 / 16
    energies, deviations = np.zeros((5, 6)), np.zeros((5, 6))
    half = np.sqrt(2 * np.log(2))
    for n, (center, width) in enumerate(
        [(1.5, 1), (4.5, 2), (10.5, 4), (22.5, 8), (46.5, 16)]
    ):
        along = np.exp(-0.5 * ((np.arange(64) - center) / (width / half)) ** 2) ** 2
        for m in range(6):
            apart = (np.arange(180) - 30 * m + 90) % 180 - 89.5
            across = np.exp(-0.5 * (apart / (15 / half)) ** 2) ** 2
            seen = power * along * across[:, None]
            energies[n, m], deviations[n, m] = seen.mean(), seen.std()
    return np.log(1 + energies), np.log(1 + deviations)


def test_homogeneous_texture_is_that_of_the_model(chelsea):
    image = picture(chelsea, 128, 128)
    grey = image[..., 0]
    energies, deviations = energies_slowly(grey.astype(float))
    values = [grey.mean(), grey.std(), *energies.ravel(), *deviations.ravel()]
    least, most, _ = _limits()
    expected = ((np.array(values) - least) / (most - least) * 255).clip(0, 255)
    codes = cvret.HomogeneousTexture(scaled=False).describe(image)
    # Whole numbers, cut off; what rounds the other way is one less or more.
    assert np.abs(codes + 0.5 - expected).max() < 0.52
    assert (codes == np.floor(expected)).mean() > 0.95


@pytest.mark.parametrize("direction", range(6))
def test_gratings_are_found_in_their_channel(direction):
    y, x = np.indices((128, 128))
    angle = np.pi * (30 * direction - 0.5) / 180
    wave = np.cos(2 * np.pi * 22 / 128 * (x * np.cos(angle) + y * np.sin(angle)))
    image = np.repeat(np.uint8(127 + 60 * wave)[..., None], 3, axis=2)
    codes = cvret.HomogeneousTexture(scaled=False).describe(image)
    assert codes[2:32].reshape(5, 6)[3].argmax() == direction


def test_the_distance_of_scaled_vectors_weighs_as_the_model_does():
    # Two even pictures: nothing but brightness of 100 and 200, which counts
    # 0.28 / 122.331353 a step.
    one, other = (np.full((128, 128, 3), value, np.uint8) for value in (100, 200))
    apart = np.abs(
        cvret.HomogeneousTexture().describe(one)
        - cvret.HomogeneousTexture().describe(other)
    )
    assert apart[:2] == pytest.approx([100 * 0.28 / 122.331353, 0], abs=1e-5)
