"""CEDD, FCTH and JCD against their steps, written out plainly for one block."""

import numpy as np
import pytest

import cvret
from cvret.features.cedd import _CEDD_LEVELS, _FCTH_LEVELS, _cedd_levels, _fcth_levels
from cvret.features.fuzzy import SHADES, fuzzy_colors, fuzzy_shades, hsv_of

HUES = [
    (0, 0, 5, 10),
    (5, 10, 35, 50),
    (35, 50, 70, 85),
    (70, 85, 150, 165),
    (150, 165, 195, 205),
    (195, 205, 265, 280),
    (265, 280, 315, 330),
    (315, 330, 360, 360),
]
SATURATIONS = [(0, 0, 10, 75), (10, 75, 255, 255)]
VALUES = [(0, 0, 10, 75), (10, 75, 180, 220), (180, 220, 255, 255)]


def member(value: float, shape: tuple[float, float, float, float]) -> float:
    """Membership of a trapezoid: foot, top, top, foot."""
    a, b, c, d = shape
    if b <= value <= c:
        return 1.0
    if a <= value < b:
        return (value - a) / (b - a)
    return 1 - (value - c) / (d - c) if c < value <= d else 0.0


def plain_colors(hue: int, saturation: int, value: int) -> list[float]:
    """All rules of the ten-bin system, one after the other."""
    found = [0.0] * 10
    for h, hue_shape in enumerate(HUES):
        for s, saturation_shape in enumerate(SATURATIONS):
            for v, value_shape in enumerate(VALUES):
                active = min(
                    member(hue, hue_shape),
                    member(saturation, saturation_shape),
                    member(value, value_shape),
                )
                if v == 0:
                    place = 2
                elif s == 0:
                    place = 0 if v == 2 else 1
                else:
                    place = 3 + h % 7
                found[place] += active
    return found


def plain_shades(hue: int, saturation: int, value: int) -> list[float]:
    """Rules of the 24-bin system on top."""
    colors = plain_colors(hue, saturation, value)
    low, high = (0, 0, 68, 188), (68, 188, 255, 255)
    dull, vivid = member(saturation, low), member(saturation, high)
    unlit, lit = member(value, low), member(value, high)
    kinds = [min(dull, lit), min(vivid, lit), min(dull, unlit) + min(vivid, unlit)]
    return colors[:3] + [color * kind for color in colors[3:] for kind in kinds]


def test_memberships_equal_the_plain_rules():
    hsv = np.array(
        [
            (h, s, v)
            for h in range(0, 360, 7)
            for s in range(0, 256, 15)
            for v in range(0, 256, 17)
        ]
    )
    some = hsv[::3]
    assert np.allclose(
        fuzzy_colors(some), [plain_colors(*row) for row in some.tolist()]
    )
    assert np.allclose(
        fuzzy_shades(some), [plain_shades(*row) for row in some.tolist()]
    )


@pytest.mark.parametrize(
    ("rgb", "shade"),
    [
        ((255, 255, 255), "white"),
        ((128, 128, 128), "grey"),
        ((0, 0, 0), "black"),
        ((255, 0, 0), "plain_red"),
        ((255, 110, 0), "plain_orange"),
        ((255, 255, 0), "plain_yellow"),
        ((0, 255, 0), "plain_green"),
        ((0, 255, 255), "plain_cyan"),
        ((0, 0, 255), "plain_blue"),
        ((255, 0, 255), "plain_magenta"),
        ((90, 0, 0), "dark_red"),
        ((180, 180, 255), "light_blue"),
    ],
)
def test_colors_have_their_names(rgb, shade):
    shades = fuzzy_shades(hsv_of(np.array([rgb])))[0]
    assert SHADES[shades.argmax()] == shade


def test_hue_saturation_and_value_are_cut_off_by_hand():
    # Red 255, blue 100: hue 359 - 60 * 100 / 255 = 335.5. Green 200, red 100: hue
    # 119 + 60 * -100 / 200 = 89, saturation 255. Blue 30, all else 10: hue 239,
    # saturation 255 - 85.
    rgb = np.array([[255, 0, 100], [100, 200, 0], [10, 10, 30], [7, 7, 7]])
    assert hsv_of(rgb).tolist() == [
        [335, 255, 255],
        [89, 255, 200],
        [239, 170, 30],
        [0, 0, 7],
    ]


def plain_levels(histogram: np.ndarray, table: np.ndarray) -> np.ndarray:
    histogram = histogram / histogram.sum()
    levels = [
        [int(np.abs(share - row / 1e6).argmin()) for share in shares]
        for shares, row in zip(histogram, table, strict=True)
    ]
    return np.array(levels)


def grey_of(image: np.ndarray) -> np.ndarray:
    weights = np.array([299, 587, 114])
    return image.astype(int) @ weights // 1000


def shades_of(block: np.ndarray) -> np.ndarray:
    mean = block.reshape(-1, 3).astype(int).sum(axis=0) // block[..., 0].size
    return np.array(plain_shades(*hsv_of(mean[None])[0].tolist()))


def plain_cedd(
    image: np.ndarray, down: int, across: int, rows: int, columns: int
) -> np.ndarray:
    histogram, grey = np.zeros((6, 24)), grey_of(image)
    for y in range(0, rows * down, down):
        for x in range(0, columns * across, across):
            block = grey[y : y + down, x : x + across]
            top, bottom = block[: down // 2], block[down // 2 :]
            a, b = top[:, : across // 2].mean(), top[:, across // 2 :].mean()
            c, d = bottom[:, : across // 2].mean(), bottom[:, across // 2 :].mean()
            masks = [
                abs(2 * a - 2 * b - 2 * c + 2 * d),
                abs(a + b - c - d),
                abs(a - b + c - d),
                abs(a - d) * 2**0.5,
                abs(b - c) * 2**0.5,
            ]
            most = max(masks)
            if most < 14:
                edges = [0]
            else:
                limits = (0.68, 0.98, 0.98, 0.98, 0.98)
                edges = [n for n in range(1, 6) if masks[n - 1] / most > limits[n - 1]]
            histogram[edges] += shades_of(image[y : y + down, x : x + across])
    return plain_levels(histogram, _CEDD_LEVELS)


@pytest.mark.parametrize(
    ("height", "width", "blocks"),
    [
        (165, 90, (4, 2, 40, 40)),
        (50, 90, (2, 4, 20, 20)),
        (39, 21, (2, 2, 19, 10)),
    ],
)
def test_cedd_equals_the_plain_steps(coffee, height, width, blocks):
    image = np.ascontiguousarray(
        coffee[40 : 40 + 2 * height : 2, 100 : 100 + 2 * width : 2]
    )
    assert np.array_equal(_cedd_levels(image), plain_cedd(image, *blocks))


def plain_fcth(image: np.ndarray, down: int, across: int) -> np.ndarray:
    histogram, grey = np.zeros((8, 24)), grey_of(image)
    for y in range(0, len(image) - down, down):
        for x in range(0, image.shape[1] - across, across):
            rows = [y + q * down // 4 for q in range(5)]
            columns = [x + q * across // 4 for q in range(5)]
            part = np.array([
                [grey[rows[i] : rows[i + 1], columns[j] : columns[j + 1]].mean()
                 for j in range(4)]
                for i in range(4)
            ])  # fmt: skip
            energies = np.zeros(3)
            for i in (0, 2):
                for j in (0, 2):
                    (a, b), (c, d) = part[i : i + 2, j : j + 2]
                    found = (abs(c + d - a - b), abs(a + c - b - d), abs(b + c - a - d))
                    energies += [min(int(value), 255) ** 2 / 4 for value in found]
            vertical, horizontal, diagonal = np.sqrt(energies)
            shades = shades_of(image[y : y + down, x : x + across])
            for texture in range(8):
                active = []
                for value, bit, top in (
                    (diagonal, 4, 90),
                    (horizontal, 2, 90),
                    (vertical, 1, 80),
                ):
                    low, high = (0, 0, 20, top), (20, top, 255, 255)
                    active.append(member(value, high if texture & bit else low))
                histogram[texture] += min(active) * shades
    return plain_levels(histogram, _FCTH_LEVELS)


@pytest.mark.parametrize(
    ("height", "width", "blocks"),
    [(245, 90, (6, 4)), (33, 50, (4, 4)), (161, 160, (4, 4))],
)
def test_fcth_equals_the_plain_steps(coffee, height, width, blocks):
    image = np.ascontiguousarray(coffee[20 : 20 + height, 100 : 100 + width])
    assert np.array_equal(_fcth_levels(image), plain_fcth(image, *blocks))


def test_jcd_joins_both(coffee):
    cedd, fcth = _cedd_levels(coffee), _fcth_levels(coffee)
    expected = np.concatenate([
        (fcth[0] + fcth[4] + cedd[0]) / 2,
        (fcth[1] + fcth[5] + cedd[2]) / 2,
        cedd[4],
        (fcth[2] + fcth[6] + cedd[3]) / 2,
        cedd[5],
        fcth[3] + fcth[7],
        cedd[1],
    ])  # fmt: skip
    assert np.allclose(cvret.JCD().describe(coffee), expected / expected.sum())


def test_edges_go_into_their_textures():
    # Steps of grey inside of blocks of 2 x 2 pixels, one direction at a time.
    for kind, block in {
        "horizontal": [[200, 200], [100, 100]],
        "vertical": [[200, 100], [200, 100]],
        "rising": [[200, 150], [150, 100]],
        "falling": [[150, 200], [100, 150]],
        "other": [[200, 100], [100, 200]],
        "flat": [[150, 150], [150, 152]],
    }.items():
        grey = np.tile(np.uint8(block), (40, 40))
        vector = cvret.CEDD().describe(np.repeat(grey[..., None], 3, axis=2))
        names = cvret.CEDD().get_feature_names_out()[vector > 0]
        assert {name.split("_")[0] for name in names} == {kind}


def test_a_list_of_pictures_makes_rows(chelsea, coffee):
    assert cvret.CEDD().transform([chelsea, coffee]).shape == (2, 144)
    assert cvret.FCTH().transform([chelsea]).shape == (1, 192)
    assert cvret.JCD().transform([chelsea]).shape == (1, 168)


def test_large_pictures_are_described_strip_by_strip(coffee, monkeypatch):
    image = np.ascontiguousarray(coffee[:39, :300])
    whole = [part().describe(image) for part in (cvret.CEDD, cvret.FCTH)]
    monkeypatch.setattr("cvret.features.cedd._BLOCKS", 100)
    strips = [part().describe(image) for part in (cvret.CEDD, cvret.FCTH)]
    assert all(np.array_equal(a, b) for a, b in zip(whole, strips, strict=True))
