"""The texture descriptors of MPEG-7: edge histogram and homogeneous texture."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from cvret._checks import check_flag, check_image
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer
from cvret.images.reading import stretch

__all__ = ["EdgeHistogram", "HomogeneousTexture"]

Doubles = NDArray[np.float64]

EDGES = ("vertical", "horizontal", "diagonal45", "diagonal135", "other")

# What each of the eight codes of a bin stands for, by kind of edge.
_EDGE_SHARES = np.array([
    [0.010867, 0.057915, 0.099526, 0.144849, 0.195573, 0.260504, 0.358031, 0.530128],
    [0.012266, 0.069934, 0.125879, 0.182307, 0.243396, 0.314563, 0.411728, 0.564319],
    [0.004193, 0.025852, 0.046860, 0.068519, 0.093286, 0.123490, 0.161505, 0.228960],
    [0.004174, 0.025924, 0.046232, 0.067163, 0.089655, 0.115391, 0.151904, 0.217745],
    [0.006778, 0.051667, 0.108650, 0.166257, 0.224226, 0.285691, 0.356375, 0.450972],
])  # fmt: skip
_EDGE_BLOCKS = 1100  # about as many in a picture
_EDGE_STRENGTH = 11  # least of an edge
_EDGE_SIDE = 70  # least pixels of a side; smaller pictures are enlarged
_EDGE_LONGEST = 4096  # beyond, only the shorter side is enlarged


class EdgeHistogram(DescriptorTransformer):
    """The edge histogram of MPEG-7.

    The picture is cut into about 1,100 blocks, each of which holds one kind of edge
    (vertical, horizontal, of 45 or 135 degrees, other) or none, and into 4 x 4
    sub-images, each with a histogram of its blocks' edges in 8 steps a bin. Compared by
    L1: of the extended vector it is the distance of the standard's software. Changed by
    rotation; not by small changes of lighting.

    Parameters
    ----------
    extended : bool
        Whether the global histogram, which counts five times, and 13 semi-global ones
        are added to the local ones.

    Notes
    -----
    Steps, thresholds and tables are those of the eXperimentation Model, which enlarges
    pictures with a side below 70 pixels to that. Grey is OpenCV's
    ``0.299 R + 0.587 G + 0.114 B``.

    References
    ----------
    ISO/IEC 15938-3, 2002. Won, Park and Park, "Efficient use of MPEG-7 edge histogram
    descriptor", ETRI Journal 24(1), 2002.

    Examples
    --------
    A picture without edges has the first of eight steps in each bin.

    >>> vector = EdgeHistogram(extended=False).describe(np.zeros((80, 80, 3), np.uint8))
    >>> vector.shape, [round(float(value), 6) for value in vector[:5]]
    ((80,), [0.010867, 0.012266, 0.004193, 0.004174, 0.006778])
    """

    metric = "l1"

    def __init__(self, extended: bool = True):
        self.extended = extended

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the histograms of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (150,) or (80,)
            Shares of the blocks with each kind of edge. Extended, five times the global
            ones, the 4 x 4 local ones, row by row, and those of the 4 columns, the 4
            rows, the 4 quarters and the center; else the local ones alone. From 0.004
            to 0.565, the five-fold ones to 2.83.
        """
        check_image(image)
        extended = check_flag("extended", self.extended)
        grey = _enlarged(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
        local = _quantized(_edge_shares(grey))
        if not extended:
            return local.astype(np.float32).ravel()
        grid = local.reshape(4, 4, 5)
        quarters = grid.reshape(2, 2, 2, 2, 5).mean(axis=(1, 3))
        parts = [
            5 * grid.mean(axis=(0, 1)),
            grid,
            grid.mean(axis=0),
            grid.mean(axis=1),
            quarters,
            grid[1:3, 1:3].mean(axis=(0, 1)),
        ]
        return np.concatenate(parts, axis=None).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``global_vertical``, ``row0_column0_vertical`` and so on."""
        places = [f"row{r}_column{c}" for r in range(4) for c in range(4)]
        if check_flag("extended", self.extended):
            quarters = [
                f"{y}_{x}" for y in ("top", "bottom") for x in ("left", "right")
            ]
            places = [
                "global",
                *places,
                *(f"column{c}" for c in range(4)),
                *(f"row{r}" for r in range(4)),
                *quarters,
                "center",
            ]
        return np.array([f"{p}_{edge}" for p in places for edge in EDGES], dtype=object)


def _enlarged(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale up to 70 pixels where a side has fewer."""
    height, width = grey.shape
    least = min(height, width)
    if least >= _EDGE_SIDE:
        return grey
    scale = _EDGE_SIDE / least
    size = [
        max(min(int(side * scale + 0.5), max(side, _EDGE_LONGEST)), _EDGE_SIDE)
        for side in (width, height)
    ]
    large: NDArray[np.uint8] = cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR)
    return large


def _edge_shares(grey: NDArray[np.uint8]) -> Doubles:
    """Shares of the blocks with each kind of edge in each sub-image, shape (16, 5)."""
    height, width = grey.shape
    block = max(int(np.sqrt(height * width // _EDGE_BLOCKS) / 2) * 2, 2)
    n_rows, n_columns = height // block, width // block
    half = block // 2
    inside = grey[: n_rows * block, : n_columns * block]
    sums = cv2.integral(inside, sdepth=cv2.CV_64F)[::half, ::half]
    sums = np.diff(np.diff(sums, axis=0), axis=1) / half**2
    one, two = sums[::2, ::2], sums[::2, 1::2]
    three, four = sums[1::2, ::2], sums[1::2, 1::2]
    strengths = np.abs(
        [
            one + three - two - four,
            one + two - three - four,
            np.sqrt(2) * (one - four),
            np.sqrt(2) * (two - three),
            2 * (one - two - three + four),
        ]
    )
    kinds = strengths.argmax(axis=0)
    kinds[strengths.max(axis=0) < _EDGE_STRENGTH] = len(EDGES)
    rows = np.arange(n_rows) * block * 4 // height
    columns = np.arange(n_columns) * block * 4 // width
    places = (rows[:, None] * 4 + columns) * (len(EDGES) + 1) + kinds
    counts = np.bincount(places.ravel(), minlength=16 * (len(EDGES) + 1))
    counts = counts.reshape(16, -1)
    shares: Doubles = counts[:, :-1] / np.maximum(counts.sum(axis=1), 1)[:, None]
    return shares


def _quantized(shares: Doubles) -> Doubles:
    """The nearest of the eight steps of each kind of edge."""
    steps = np.empty_like(shares)
    for kind, table in enumerate(_EDGE_SHARES):
        middles = (table[:-1] + table[1:]) / 2
        steps[:, kind] = table[np.searchsorted(middles, shares[:, kind])]
    return steps


_TEXTURE_SIDE = 128
_RAYS, _VIEWS = 64, 180  # radii and directions at which the spectrum is read
_FINER = 3  # times as fine as the picture's own is the spectrum that is read

# Least and greatest of each value, its mean, and its weight, from the eXperimentation
# Model: brightness, deviation; then 5 radii x 6 directions.
_LEAST = np.array([0.0, 1.309462])
_MOST = np.array([255.0, 109.476530])
_MEAN = np.array([122.331353, 51.314701])
_WEIGHT = np.array([0.28, 0.22])
_ENERGY_LEAST = np.array(
    [
        [6.549734, 8.886816, 8.885367, 6.155831, 8.810013, 8.888925],
        [6.999376, 7.859269, 7.592031, 6.754764, 7.807377, 7.635503],
        [8.299334, 8.067422, 7.955684, 7.939576, 8.518458, 8.672599],
        [9.933642, 9.732479, 9.725933, 9.802238, 10.076958, 10.428015],
        [11.704927, 11.690975, 11.896972, 11.996963, 11.977944, 11.944282],
    ]
)
_ENERGY_MOST = np.array(
    [
        [18.392888, 18.014313, 18.002143, 18.083845, 18.046575, 17.962099],
        [19.368960, 18.628248, 18.682786, 19.785603, 18.714615, 18.879544],
        [20.816939, 19.093605, 20.837982, 20.488190, 20.763511, 19.262577],
        [22.298871, 20.316787, 20.659550, 21.463502, 20.159304, 20.280403],
        [21.516125, 19.954733, 20.381041, 22.129800, 20.184864, 19.999331],
    ]
)
_ENERGY_MEAN = np.array(
    [
        [13.948462, 15.067986, 15.077915, 13.865536, 15.031283, 15.145633],
        [15.557970, 15.172251, 15.357618, 15.166167, 15.414601, 15.414378],
        [17.212408, 16.173027, 16.742651, 16.913837, 16.911480, 16.582123],
        [17.911104, 16.761711, 17.065447, 17.867548, 17.250889, 17.050728],
        [17.942741, 16.891190, 17.101770, 18.032434, 17.295305, 17.202160],
    ]
)
_ENERGY_WEIGHT = np.array([0.42, 1.00, 1.00, 0.08, 1.00])
_DEVIATION_LEAST = np.array(
    [
        [9.052970, 11.754891, 11.781252, 8.649997, 11.674788, 11.738701],
        [9.275178, 10.386329, 10.066189, 8.914539, 10.292868, 10.152977],
        [10.368594, 10.196313, 10.211122, 10.112823, 10.648101, 10.801070],
        [11.737487, 11.560674, 11.551509, 11.608201, 11.897524, 12.246614],
        [13.303207, 13.314553, 13.450340, 13.605001, 13.547492, 13.435994],
    ]
)
_DEVIATION_MOST = np.array(
    [
        [21.099482, 20.749788, 20.786944, 20.847705, 20.772294, 20.747129],
        [22.658359, 21.334119, 21.283285, 22.621111, 21.773690, 21.702166],
        [24.317046, 21.618960, 24.396872, 23.797967, 24.329333, 21.688523],
        [25.638742, 24.102725, 22.687910, 25.216958, 22.334769, 22.234942],
        [24.692990, 22.978804, 23.891302, 25.244315, 24.281915, 22.699811],
    ]
)
_DEVIATION_MEAN = np.array(
    [
        [16.544933, 17.845844, 17.849176, 16.484509, 17.803377, 17.928810],
        [18.054886, 17.617800, 17.862095, 17.627794, 17.935352, 17.887453],
        [19.771456, 18.512341, 19.240444, 19.410559, 19.373478, 18.962496],
        [20.192045, 18.763544, 19.202494, 20.098207, 19.399082, 19.032280],
        [19.857040, 18.514065, 18.831860, 19.984838, 18.971045, 18.863575],
    ]
)
_DEVIATION_WEIGHT = np.array([0.32, 1.00, 1.00, 1.00, 1.00])


class HomogeneousTexture(DescriptorTransformer):
    """The homogeneous texture descriptor of MPEG-7.

    Mean and standard deviation of the brightness, then the energy of 30 channels of the
    spectrum (5 radii an octave apart, 6 directions), and its deviation. Compared by L1,
    which is the distance of the standard's software: values are in steps of 1/255, and
    are multiplied by the software's weights. Changed by rotation and by contrast.

    Parameters
    ----------
    scaled : bool
        Whether values are multiplied by these weights. False gives the descriptor's
        own whole numbers, 0 to 255.

    Notes
    -----
    The eXperimentation Model takes the upper left 128 x 128 pixels of a picture. Here
    the whole picture is scaled to this size.

    References
    ----------
    ISO/IEC 15938-3, 2002. Ro, Kim, Kang, Manjunath and Kim, "MPEG-7 homogeneous texture
    descriptor", ETRI Journal 23(2), 2001.

    Examples
    --------
    An even picture has brightness, and no deviation from it.

    >>> image = np.full((128, 128, 3), 51, np.uint8)
    >>> vector = HomogeneousTexture(scaled=False).describe(image)
    >>> vector.shape, vector[:2].tolist()
    ((62,), [51.0, 0.0])
    """

    metric = "l1"

    def __init__(self, scaled: bool = True):
        self.scaled = scaled

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the 62 values of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (62,)
            Mean, standard deviation, 30 energies and 30 deviations of energies; the
            lowest radius first, and within it the direction of rows first. From 0 to
            1.31, or to 255 without `scaled`.
        """
        check_image(image)
        scaled = check_flag("scaled", self.scaled)
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        grey = stretch(grey, _TEXTURE_SIDE, _TEXTURE_SIDE)
        energies, deviations = _channels(grey)
        values = np.concatenate(
            [[grey.mean(), grey.std()], energies.ravel(), deviations.ravel()]
        )
        least, most, weights = _limits()
        codes = np.floor((values - least) / (most - least) * 255).clip(0, 255)
        if not scaled:
            return codes.astype(np.float32)
        return ((least + codes * (most - least) / 255) * weights).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``mean``, ``std``, ``energy0_0`` ... by radius and degrees."""
        names = [
            f"{kind}{radius}_{30 * direction}"
            for kind in ("energy", "deviation")
            for radius in range(5)
            for direction in range(6)
        ]
        return np.array(["mean", "std", *names], dtype=object)


@cache
def _limits() -> tuple[Doubles, Doubles, Doubles]:
    """Least and greatest of the 62 values, and what they are multiplied by."""
    energy = _ENERGY_WEIGHT[:, None] / _ENERGY_MEAN
    deviation = _DEVIATION_WEIGHT[:, None] / _DEVIATION_MEAN
    return (
        np.concatenate([_LEAST, _ENERGY_LEAST, _DEVIATION_LEAST], axis=None),
        np.concatenate([_MOST, _ENERGY_MOST, _DEVIATION_MOST], axis=None),
        np.concatenate([_WEIGHT / _MEAN, energy, deviation], axis=None),
    )


def _channels(grey: NDArray[np.uint8]) -> tuple[Doubles, Doubles]:
    """Logarithms of the energies, and of their deviations, of the 30 channels."""
    power = _polar_power(grey)
    along, across = _windows()
    n = power.size
    energies = along @ power.T @ across.T / n
    squares = along**2 @ power.T**2 @ across.T**2 / n
    deviations = np.sqrt(np.maximum(squares - energies**2, 0))
    return np.log1p(energies), np.log1p(deviations)


@cache
def _windows() -> tuple[Doubles, Doubles]:
    """Weights of the radii (5, 64) and of the directions (6, 180) in each channel."""
    to_half = np.sqrt(2 * np.log(2))
    centers = np.array([1.5, 4.5, 10.5, 22.5, 46.5])[:, None]
    widths = np.array([1, 2, 4, 8, 16])[:, None] / to_half
    along = np.exp(-(((np.arange(_RAYS) - centers) / widths) ** 2))
    # Half a degree less than whole, and repeated beyond 180, as the software has it.
    away = np.arange(_VIEWS) - (30 * np.arange(6)[:, None] - 0.5)
    away = (away + 90) % 180 - 90
    across = np.exp(-((away / (15 / to_half)) ** 2))
    return along, across


class _Reading(NamedTuple):
    """Where the four values around each place stand, and how far it lies between."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    down: NDArray[np.float32]
    right: NDArray[np.float32]


@cache
def _places() -> _Reading:
    """The places of the polar grid in the upper half of the finer spectrum."""
    angles = np.pi * np.arange(_VIEWS)[:, None] / _VIEWS
    radii = _FINER * np.arange(_RAYS)
    y, x = radii * np.sin(angles), radii * np.cos(angles)
    top, left = np.floor(y + 1e-9), np.floor(x + 1e-9)
    return _Reading(
        top.astype(np.intp),
        left.astype(np.intp),
        (y - top).astype(np.float32),
        (x - left).astype(np.float32),
    )


def _polar_power(grey: NDArray[np.uint8]) -> Doubles:
    """Power at 180 directions and 64 radii, times the squared radius over 16."""
    n = _FINER * _TEXTURE_SIDE
    # The middle of the picture is the origin, so that the spectrum is smooth.
    padded = np.zeros((n, n), np.float32)
    middle = _TEXTURE_SIDE // 2
    padded[:middle, :middle] = grey[middle:, middle:]
    padded[:middle, -middle:] = grey[middle:, :middle]
    padded[-middle:, :middle] = grey[:middle, middle:]
    padded[-middle:, -middle:] = grey[:middle, :middle]
    spectrum = fft.rfft2(padded.T).T  # the rows have frequencies from 0 on
    rows, columns, down, right = _places()
    top = spectrum[rows, columns] * (1 - right) + spectrum[rows, columns + 1] * right
    below = rows + 1
    low = spectrum[below, columns] * (1 - right) + spectrum[below, columns + 1] * right
    read = (top * (1 - down) + low * down).astype(np.complex128)
    power = read.real**2 + read.imag**2
    weighted: Doubles = power * np.arange(_RAYS) ** 2 / 16
    return weighted
