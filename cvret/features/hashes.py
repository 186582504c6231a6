"""Perceptual hashes: a few bits or numbers that copies of a picture have in common."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cvret._checks import check_count, check_image
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer

__all__ = [
    "AverageHash",
    "BinaryHash",
    "BlockMeanHash",
    "ColorMomentHash",
    "DifferenceHash",
    "MarrHildrethHash",
    "PerceptualHash",
    "RadialVarianceHash",
    "WaveletHash",
]

_MOST_SIDE = 256  # 65,536 bits
_WAVELET_SIDE = 1024  # pixels, beyond which a larger picture changes no bit worth it
_ROUNDING = 1e-3  # of a cosine coefficient of 8-bit pixels, by float32


class BinaryHash(DescriptorTransformer):
    """A hash of bits, compared by how many are equal.

    A vector has 0 and 1; an index keeps 8 of them in a byte.
    """

    metric = "hamming"

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the bits of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (n_bits,)
            0 or 1.
        """
        check_image(image)
        return self._bits(image).astype(np.float32)

    def describe_packed(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Give the bits of an RGB image as bytes, in the order that `pack` says.

        Returns
        -------
        array of uint8, shape (ceil(n_bits / 8),)
        """
        check_image(image)
        return self.pack(self._bits(image))

    def pack(self, bits: NDArray[Any]) -> NDArray[np.uint8]:
        """Pack bits (0 or 1), shape (n_bits,) or (n, n_bits), the first one highest."""
        return np.packbits(bits > 0, axis=-1)

    @property
    def n_bits(self) -> int:
        """Bits of a hash."""
        raise NotImplementedError(f"{type(self).__name__} counts no bits")

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``bit0`` ... in the order of the vector."""
        return np.array([f"bit{n}" for n in range(self.n_bits)], dtype=object)

    def _bits(self, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Give the bits; each hash has its own."""
        raise NotImplementedError(f"{type(self).__name__} has no bits")


class _LowBitFirst(BinaryHash):
    """A hash that OpenCV packs with the first bit of a byte lowest."""

    def pack(self, bits: NDArray[Any]) -> NDArray[np.uint8]:
        """Pack bits (0 or 1), shape (n_bits,) or (n, n_bits), the first one lowest.

        So does OpenCV: byte for byte the two are equal.
        """
        return np.packbits(bits > 0, axis=-1, bitorder="little")


class AverageHash(_LowBitFirst):
    """Which cells of a tiny grey picture are brighter than its mean.

    The simplest hash: it survives scaling, compression and small changes of contrast,
    and neither cropping nor turning. Compared by the share of equal bits.

    Parameters
    ----------
    side : int
        Of the tiny picture, in cells; the hash has ``side ** 2`` bits.

    Notes
    -----
    With ``side=8`` it is ``cv2.img_hash.averageHash``, bit by bit; longer ones follow
    the same formula. The package `imagehash` scales down by another filter.

    References
    ----------
    Krawetz, "Looks like it", hackerfactor.com, 2011.

    Examples
    --------
    The left half bright, the right half dark: in each row ones, then zeros.

    >>> image = np.zeros((8, 8, 3), np.uint8)
    >>> image[:, :4] = 200
    >>> AverageHash().describe(image)[:8].tolist()
    [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    >>> AverageHash().describe_packed(image).tolist() == [0b1111] * 8
    True
    """

    def __init__(self, side: int = 8):
        self.side = side

    @property
    def n_bits(self) -> int:
        """Bits of a hash: ``side ** 2``."""
        return _check_side(self.side) ** 2

    def _bits(self, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        grey = _grey_of_side(image, _check_side(self.side))
        bits: NDArray[np.bool_] = grey > np.rint(grey.mean())
        return bits.ravel()


class DifferenceHash(BinaryHash):
    """Where a tiny grey picture becomes brighter from one cell to the next.

    Survives scaling, compression and any change of brightness or contrast that keeps
    the order; neither cropping nor turning. Compared by the share of equal bits.

    Parameters
    ----------
    side : int
        Rows, and differences in a row; the hash has ``side ** 2`` bits.

    Notes
    -----
    It is ``imagehash.dhash(image, side)``, bit by bit: grey as Pillow makes it, scaled
    by its Lanczos filter to ``side + 1`` columns, one bit where the right one of two
    cells is brighter. ``describe_packed(image).tobytes().hex()`` is its text.

    References
    ----------
    Krawetz, "Kind of like that", hackerfactor.com, 2013.

    Examples
    --------
    Brighter from left to right, everywhere.

    >>> image = np.repeat(np.arange(9, dtype=np.uint8)[None, :, None] * 20, 8, axis=0)
    >>> image = np.repeat(image, 3, axis=2)
    >>> DifferenceHash().describe_packed(image).tobytes().hex()
    'ffffffffffffffff'
    """

    def __init__(self, side: int = 8):
        self.side = side

    @property
    def n_bits(self) -> int:
        """Bits of a hash: ``side ** 2``."""
        return _check_side(self.side) ** 2

    def _bits(self, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        side = _check_side(self.side)
        cells = _lanczos(image, side + 1, side)
        return (cells[:, 1:] > cells[:, :-1]).ravel()


class PerceptualHash(_LowBitFirst):
    """Signs of a grey picture's low frequencies: the hash known as pHash.

    A picture of ``4 * side`` pixels a side goes through the discrete cosine transform;
    of the ``side ** 2`` lowest frequencies, one bit each tells whether it is above
    their mean, the constant part taken as 0. Survives scaling, compression, blur,
    noise and changes of contrast; neither cropping nor turning. Compared by the share
    of equal bits; copies usually differ in fewer than 10 of 64.

    Parameters
    ----------
    side : int
        Frequencies along each side; the hash has ``side ** 2`` bits.

    Notes
    -----
    With ``side=8`` it is ``cv2.img_hash.pHash``, bit by bit, but for coefficients that
    should be 0 and are rounding there: here they are 0, and a picture of one grey has
    no bit set. Longer ones follow the same formula, with four pixels for a frequency
    as in `imagehash`, which takes the median of all and another filter to scale down.

    References
    ----------
    Zauner, "Implementation and benchmarking of perceptual image hash functions",
    diploma thesis, Upper Austria University of Applied Sciences, 2010.

    Examples
    --------
    >>> image = np.full((40, 40, 3), 90, np.uint8)
    >>> hash_ = PerceptualHash().describe(image)
    >>> hash_.shape, float(hash_.sum())
    ((64,), 0.0)
    """

    def __init__(self, side: int = 8):
        self.side = side

    @property
    def n_bits(self) -> int:
        """Bits of a hash: ``side ** 2``."""
        return _check_side(self.side) ** 2

    def _bits(self, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        side = _check_side(self.side)
        grey = _grey_of_side(image, 4 * side)
        low = cv2.dct(grey.astype(np.float32))[:side, :side].astype(np.float64)
        low[0, 0] = 0
        low[np.abs(low) < _ROUNDING] = 0
        bits: NDArray[np.bool_] = low > low.mean()
        return bits.ravel()


class WaveletHash(BinaryHash):
    """Which coarse Haar coefficients of a grey picture are above their median.

    Half of the bits are ones, so all say equally much. Survives scaling, compression
    and changes of brightness and contrast; neither cropping nor turning. Compared by
    the share of equal bits.

    Parameters
    ----------
    side : int
        Coefficients along each side, a power of two; the hash has ``side ** 2`` bits.

    Notes
    -----
    It is ``imagehash.whash(image, side)`` with its Haar wavelet: grey as Pillow makes
    it, scaled by its Lanczos filter to the largest power of two within the shorter side
    (here to 1,024 pixels at most), and the approximation where `side` coefficients are
    left. These are sums of blocks, and computed as such, in whole numbers: what is
    equal stays so, where sums of floats make one of the two larger.

    References
    ----------
    Petrov, "Wavelet image hash in Python", fullstackml.com, 2016.

    Examples
    --------
    >>> image = np.zeros((16, 16, 3), np.uint8)
    >>> image[:8] = 50
    >>> WaveletHash().describe_packed(image).tolist()
    [255, 255, 255, 255, 0, 0, 0, 0]
    """

    def __init__(self, side: int = 8):
        self.side = side

    @property
    def n_bits(self) -> int:
        """Bits of a hash: ``side ** 2``."""
        return self._check_side() ** 2

    def _bits(self, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        side = self._check_side()
        within = 1 << (min(image.shape[:2]).bit_length() - 1)
        scale = max(min(within, _WAVELET_SIDE), side)
        cells = _lanczos(image, scale, scale)
        block = scale // side
        sums = cells.reshape(side, block, side, block).sum(axis=(1, 3), dtype=np.int64)
        bits: NDArray[np.bool_] = sums > np.median(sums)
        return bits.ravel()

    def _check_side(self) -> int:
        side = _check_side(self.side)
        if side & (side - 1):
            raise ValueError(f"side must be a power of two, got {side}")
        return side


class BlockMeanHash(_LowBitFirst):
    """Which blocks of a grey picture are brighter than the median block.

    Survives scaling, compression, noise and changes of brightness; neither cropping nor
    turning. Compared by the share of equal bits. It is OpenCV's, bit by bit: blocks of
    16 x 16 in a picture of 256 x 256 pixels.

    Parameters
    ----------
    mode : int
        0 for 16 x 16 blocks side by side, 256 bits; 1 for 31 x 31 that overlap by half,
        961 bits.

    References
    ----------
    Yang, Gu and Niu, "Block mean value based image perceptual hashing", IIH-MSP 2006.

    Examples
    --------
    >>> image = np.zeros((64, 64, 3), np.uint8)
    >>> image[:, :20] = 255
    >>> hash_ = BlockMeanHash().describe(image)
    >>> hash_.shape, hash_[:5].tolist() == [1.0] * 5
    ((256,), True)
    """

    def __init__(self, mode: int = 0):
        self.mode = mode

    @property
    def n_bits(self) -> int:
        """Bits of a hash: 256 or 961."""
        return 961 if self._check_mode() else 256

    def _bits(self, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        # A hash of one's own, for it keeps its last picture; and the function of the
        # module gives 256 bits in both modes.
        hash_ = cv2.img_hash.BlockMeanHash.create(self._check_mode())
        packed = hash_.compute(_grey_of_side(image, 256))
        return np.unpackbits(packed[0], bitorder="little")[: self.n_bits] > 0

    def _check_mode(self) -> int:
        return check_count("mode", self.mode, least=0, most=1)


class MarrHildrethHash(BinaryHash):
    """Where edges lie: signs of a Laplacian of Gaussian, summed over blocks.

    A picture of 512 x 512 pixels, its brightness equalized, is filtered; each window of
    3 x 3 blocks gives nine bits, of the blocks above their mean. Survives scaling,
    compression, noise and monotonic changes of brightness; neither cropping nor
    turning. Compared by the share of equal bits. It is OpenCV's, bit by bit, with its
    default scale; a picture of one grey, where that is rounding, has no bit set.

    References
    ----------
    Marr and Hildreth, "Theory of edge detection", Proceedings of the Royal Society of
    London B 207, 1980. Zauner, "Implementation and benchmarking of perceptual image
    hash functions", diploma thesis, 2010.

    Examples
    --------
    >>> image = np.zeros((64, 64, 3), np.uint8)
    >>> image[20:40, 20:40] = 255
    >>> hash_ = MarrHildrethHash()
    >>> hash_.describe(image).shape, hash_.describe_packed(image).shape
    ((576,), (72,))
    """

    @property
    def n_bits(self) -> int:
        """Bits of a hash: 576."""
        return 576

    def _bits(self, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if _is_flat(grey):
            return np.zeros(self.n_bits, np.bool_)
        return np.unpackbits(cv2.img_hash.marrHildrethHash(grey)[0]) > 0


class RadialVarianceHash(DescriptorTransformer):
    """How much brightness varies along 180 lines through the middle, in 40 numbers.

    The first cosine coefficients of the variances by angle, brought to [0, 255]. They
    are compared by correlation, below 0 as 0; copies usually have more than 0.9.
    Survives scaling, compression, noise and turns by a degree or two; not cropping.
    It is OpenCV's, number by number, but for a picture of one grey, which gives zeros.

    References
    ----------
    De Roover, De Vleeschouwer, Lefebvre and Macq, "Robust image hashing based on radial
    variance of pixels", ICIP 2005.

    Examples
    --------
    >>> image = np.zeros((64, 64, 3), np.uint8)
    >>> image[:, 20:30] = 255
    >>> vector = RadialVarianceHash().describe(image)
    >>> vector.shape, float(vector.min()), float(vector.max())
    ((40,), 0.0, 255.0)
    """

    metric = "correlation"

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the coefficients of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (40,)
            Whole numbers in [0, 255].
        """
        check_image(image)
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if _is_flat(grey):
            return np.zeros(40, np.float32)
        found: NDArray[np.uint8] = cv2.img_hash.radialVarianceHash(grey)[0]
        return found.astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``frequency0`` ... in the order of the vector."""
        return np.array([f"frequency{n}" for n in range(40)], dtype=object)


class ColorMomentHash(DescriptorTransformer):
    """Hu's seven moments of the channels of HSV and of YCrCb, in 42 numbers.

    A picture of 512 x 512 pixels, slightly blurred, is taken as a mass of each channel.
    Compared by the Euclidean distance. Survives scaling, compression and turning.
    The numbers are OpenCV's times 10,000, by which it multiplies their distance.

    References
    ----------
    Tang, Dai and Zhang, "Perceptual hashing for color images using invariant moments",
    Applied Mathematics and Information Sciences 6(2S), 2012.

    Examples
    --------
    A black picture has no mass but in Cr and Cb, which are 128 throughout.

    >>> vector = ColorMomentHash().describe(np.zeros((9, 9, 3), np.uint8))
    >>> vector.shape, np.flatnonzero(vector > 1).tolist()
    ((42,), [28, 35])
    """

    metric = "l2"

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the moments of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (42,)
            Seven moments of hue, then of saturation, value, Y, Cr and Cb; the first of
            seven is by far the largest, and never below 0.
        """
        check_image(image)
        # As it does itself with a picture of another size; the colors last, for few.
        small = cv2.resize(image, (512, 512), interpolation=cv2.INTER_CUBIC)
        blue_first = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
        moments: NDArray[np.float64] = cv2.img_hash.colorMomentHash(blue_first)[0]
        return (moments * 10_000).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``hue_moment1`` ... ``cb_moment7``."""
        channels = ("hue", "saturation", "value", "y", "cr", "cb")
        names = [f"{name}_moment{n}" for name in channels for n in range(1, 8)]
        return np.array(names, dtype=object)


def _check_side(side: Any) -> int:
    return check_count("side", side, least=2, most=_MOST_SIDE)


def _grey_of_side(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Scale to a square as OpenCV's hashes do, then take the colors away."""
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR_EXACT)
    grey: NDArray[np.uint8] = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    return grey


def _lanczos(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Take the colors away, then scale, as Pillow does both."""
    grey = Image.fromarray(np.ascontiguousarray(image)).convert("L")
    return np.asarray(grey.resize((width, height), Image.Resampling.LANCZOS))


def _is_flat(grey: NDArray[np.uint8]) -> bool:
    """Whether all pixels are equal, which a filter would turn into rounding."""
    return bool((grey == grey.flat[0]).all())
