"""Files to pixels: every mode on purpose, every bad file by name and reason."""

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

import cvret
from cvret.images.reading import decode_picture, shrink

RED = (200, 30, 40)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def jpeg_of(image: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.fixture
def two_colors() -> np.ndarray:
    """Left half red, right half blue, 40 high, 60 wide."""
    image = np.zeros((40, 60, 3), np.uint8)
    image[:, :30], image[:, 30:] = RED, (20, 40, 220)
    return image


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp", ".gif", ".ppm"])
def test_lossless_formats_give_back_the_pixels(tmp_path, two_colors, suffix):
    path = tmp_path / f"picture{suffix}"
    options = {"lossless": True} if suffix == ".webp" else {}
    Image.fromarray(two_colors).save(path, **options)
    assert np.array_equal(cvret.read_image(path), two_colors)


def test_jpeg_is_rgb_not_bgr(tmp_path, two_colors):
    path = written(tmp_path / "a.jpg", jpeg_of(two_colors, quality=95, subsampling=0))
    assert np.abs(cvret.read_image(path).astype(int) - two_colors).max() <= 8


def test_grey_becomes_three_equal_channels(tmp_path):
    path = tmp_path / "grey.png"
    Image.fromarray(np.full((5, 7), 77, np.uint8)).save(path)
    image = cvret.read_image(path)
    assert image.shape == (5, 7, 3)
    assert (image == 77).all()


def test_palette_becomes_its_colors(tmp_path, two_colors):
    path = tmp_path / "palette.png"
    Image.fromarray(two_colors).convert("P", palette=Image.Palette.ADAPTIVE).save(path)
    assert np.array_equal(cvret.read_image(path), two_colors)


def test_cmyk_jpeg_becomes_rgb(tmp_path):
    path = tmp_path / "cmyk.jpg"
    white = Image.new("CMYK", (16, 16), (0, 0, 0, 0))
    white.save(path, quality=95)
    assert cvret.read_image(path).min() >= 250


def test_sixteen_bits_are_scaled_not_cut(tmp_path):
    path = tmp_path / "deep.png"
    Image.fromarray(np.array([[0, 257 * 100, 65535]], np.uint16)).save(path)
    assert cvret.read_image(path)[0, :, 0].tolist() == [0, 100, 255]


def test_what_is_transparent_is_laid_on_white(tmp_path):
    path = tmp_path / "alpha.png"
    pixels = np.array([[[10, 20, 30, 0], [10, 20, 30, 255]]], np.uint8)
    Image.fromarray(pixels).save(path)
    assert cvret.read_image(path).tolist() == [[[255, 255, 255], [10, 20, 30]]]


def test_a_transparent_palette_color_is_laid_on_white(tmp_path):
    path = tmp_path / "palette.png"
    picture = Image.new("P", (2, 2), 0)
    picture.putpalette([9, 9, 9, 200, 0, 0])
    picture.save(path, transparency=0)
    assert (cvret.read_image(path) == 255).all()


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_exif_orientation_is_applied(tmp_path, two_colors, suffix):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise
    path = tmp_path / f"turned{suffix}"
    Image.fromarray(two_colors).save(path, exif=exif)
    image = cvret.read_image(path)
    assert image.shape == (60, 40, 3)
    assert image[10, 20, 0] > 150  # red, from the left, is on top
    assert image[50, 20, 2] > 150
    picture = decode_picture(path.read_bytes(), "turned" + suffix, max_side=30)
    assert (picture.width, picture.height) == (40, 60)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_is_turned_as_pillow_turns_it(coffee, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = jpeg_of(coffee, exif=exif, quality=95)
    with Image.open(io.BytesIO(data)) as opened:
        expected = np.asarray(ImageOps.exif_transpose(opened)).astype(int)
    picture = decode_picture(data, "a.jpg")
    assert (picture.width, picture.height) == expected.shape[1::-1]
    assert np.abs(picture.pixels - expected).mean() < 1


def test_an_orientation_that_stands_only_in_xmp_counts_too(tmp_path, two_colors):
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/>'
    path = tmp_path / "xmp.jpg"
    Image.fromarray(two_colors).save(path, xmp=xmp + b"</x:xmpmeta>")
    picture = decode_picture(path.read_bytes(), "xmp.jpg")
    assert picture.pixels.shape[1::-1] == (picture.width, picture.height)


@pytest.mark.parametrize("shape", [(1000, 600), (600, 1000), (37, 2000)])
def test_max_side_bounds_the_longest_side_and_keeps_the_shape(tmp_path, shape):
    image = np.zeros((*shape, 3), np.uint8)
    path = written(tmp_path / "large.jpg", jpeg_of(image))
    small = cvret.read_image(path, max_side=100)
    assert max(small.shape[:2]) == 100
    assert small.shape[0] / small.shape[1] == pytest.approx(
        shape[0] / shape[1], rel=0.2
    )


def test_a_smaller_picture_is_not_made_larger(two_colors):
    assert shrink(two_colors, 1000) is two_colors


def test_the_first_page_of_many_is_taken(tmp_path):
    path = tmp_path / "pages.tif"
    pages = [Image.new("RGB", (4, 4), color) for color in (RED, (0, 0, 0))]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert cvret.read_image(path)[0, 0].tolist() == list(RED)


def test_too_many_pixels_are_refused_before_decoding(tmp_path):
    path = written(tmp_path / "bomb.png", png_header(40_000, 30_000))
    with pytest.raises(cvret.ImageError, match="1,200,000,000 pixels, more than m"):
        cvret.read_image(path)
    with pytest.raises(cvret.ImageError, match="more than max_pixels=100"):
        cvret.read_image(path, max_pixels=100)


def test_max_pixels_may_be_above_what_pillow_allows(tmp_path):
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, 10
    try:
        path = tmp_path / "fine.png"
        Image.fromarray(np.zeros((10, 10, 3), np.uint8)).save(path)
        assert cvret.read_image(path).shape == (10, 10, 3)
        assert Image.MAX_IMAGE_PIXELS == 10
    finally:
        Image.MAX_IMAGE_PIXELS = limit


@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_truncated_file_is_an_error_not_a_grey_picture(
    tmp_path, chelsea, suffix, share
):
    path = tmp_path / f"whole{suffix}"
    Image.fromarray(chelsea).save(path)
    data = path.read_bytes()
    cut = written(tmp_path / f"cut{suffix}", data[: int(share * len(data))])
    with pytest.raises(cvret.ImageError, match=f"cut{suffix}"):
        cvret.read_image(cut)


def test_a_truncated_jpeg_with_a_whole_thumbnail_is_an_error(chelsea):
    whole = jpeg_of(chelsea)
    thumbnail = jpeg_of(chelsea[:32, :32])
    marker = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    with_thumbnail = whole[:2] + marker + whole[2:]
    assert decode_picture(with_thumbnail, "a.jpg").width == chelsea.shape[1]
    with pytest.raises(cvret.ImageError, match="truncated"):
        decode_picture(with_thumbnail[: len(with_thumbnail) // 2], "a.jpg")


def test_what_is_appended_to_a_whole_jpeg_does_not_matter(chelsea):
    data = jpeg_of(chelsea) + b"ftypmp42 \xff\xda a film"
    assert decode_picture(data, "a.jpg").width == chelsea.shape[1]


def test_a_progressive_jpeg_is_whole_and_its_half_is_not(chelsea):
    data = jpeg_of(chelsea, progressive=True)
    assert decode_picture(data, "a.jpg").width == chelsea.shape[1]
    with pytest.raises(cvret.ImageError, match="truncated"):
        decode_picture(data[: len(data) // 2], "a.jpg")


def test_a_pipe_is_no_picture_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(cvret.ImageError, match=r"pipe\.jpg is not a regular file"):
        cvret.read_image(tmp_path / "pipe.jpg")


def test_a_flipped_byte_in_a_png_is_an_error(tmp_path, chelsea):
    path = tmp_path / "a.png"
    Image.fromarray(chelsea).save(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(cvret.ImageError, match=r"a\.png is damaged"):
        decode_picture(bytes(data), "a.png")


def test_an_empty_file_says_so(tmp_path):
    with pytest.raises(cvret.ImageError, match=r"empty\.jpg is empty \(0 bytes\)"):
        cvret.read_image(written(tmp_path / "empty.jpg", b""))


def test_text_is_no_picture(tmp_path):
    path = written(tmp_path / "note.jpg", b"dear diary")
    with pytest.raises(cvret.ImageError, match=r"note\.jpg is not a picture"):
        cvret.read_image(path)


def test_a_wrong_ending_is_named_with_the_true_format(tmp_path, two_colors):
    path = tmp_path / "wrong.png"
    path.write_bytes(jpeg_of(two_colors))
    with pytest.raises(cvret.ImageError, match=r"wrong\.png is a JPEG file by its con"):
        cvret.read_image(path)


def test_a_file_without_an_ending_is_read_by_its_content(tmp_path, two_colors):
    path = written(tmp_path / "no_ending", jpeg_of(two_colors))
    assert cvret.read_image(path).shape == two_colors.shape


def test_a_zero_sized_picture_is_refused():
    with pytest.raises(cvret.ImageError, match=r"z\.png"):
        decode_picture(png_header(0, 10), "z.png")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(cvret.ImageError, match=r"gone\.jpg does not exist"):
        cvret.read_image(tmp_path / "gone.jpg")
    with pytest.raises(cvret.ImageError, match="is a folder"):
        cvret.read_image(tmp_path)


def test_a_file_that_may_not_be_read_is_named(tmp_path, two_colors, monkeypatch):
    path = written(tmp_path / "locked.jpg", jpeg_of(two_colors))

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(cvret.ImageError, match=r"locked\.jpg cannot be read: Permissi"):
        cvret.read_image(path)


def test_floats_with_no_agreed_meaning_are_refused(tmp_path):
    path = tmp_path / "float.tif"
    Image.fromarray(np.array([[0.0, 300.0]], np.float32)).save(path)
    with pytest.raises(cvret.ImageError, match=r"values from 0 to 300"):
        cvret.read_image(path)
    Image.fromarray(np.array([[0.0, 1.0]], np.float32)).save(path)
    assert cvret.read_image(path)[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize("argument", ["max_side", "max_pixels"])
def test_limits_must_be_whole_and_positive(tmp_path, two_colors, argument):
    path = written(tmp_path / "a.jpg", jpeg_of(two_colors))
    with pytest.raises(ValueError, match=f"{argument} must be at least 1, got 0"):
        cvret.read_image(path, **{argument: 0})
    with pytest.raises(TypeError, match=f"{argument} must be a whole number"):
        cvret.read_image(path, **{argument: 1.5})


@pytest.fixture(scope="module")
def small_files() -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (24, 32, 3)).astype(np.uint8)
    files = {}
    for suffix, kind in (
        (".jpg", "JPEG"),
        (".png", "PNG"),
        (".tif", "TIFF"),
        (".gif", "GIF"),
        (".bmp", "BMP"),
        (".webp", "WEBP"),
    ):
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, kind)
        files[suffix] = buffer.getvalue()
    return files


def attack(data: bytes, changes: list[tuple[float, int]], keep: float) -> bytes:
    changed = bytearray(data)
    for place, value in changes:
        changed[int(place * (len(changed) - 1))] = value
    return bytes(changed[: max(1, int(keep * len(changed)))])


changes = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=0, max_size=6
)


def check_damaged(files: dict[str, bytes], suffix: str, changed, keep) -> None:
    """A damaged file is a picture or an ImageError, and nothing else."""
    data = attack(files[suffix], changed, keep)
    try:
        image = decode_picture(data, "a" + suffix, max_pixels=10**6).pixels
    except cvret.ImageError as error:
        message = str(error)
        assert message.startswith("a" + suffix)  # noqa: PT017  (either way is right)
    else:
        assert image.dtype == np.uint8
        assert image.ndim == 3


SUFFIX = st.sampled_from([".jpg", ".png", ".tif", ".gif", ".bmp", ".webp"])


@given(suffix=SUFFIX, changed=changes, keep=st.floats(0.01, 1))
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.filterwarnings("ignore")
def test_damaged_bytes_give_a_picture_or_an_image_error(
    small_files, suffix, changed, keep
):
    check_damaged(small_files, suffix, changed, keep)


@pytest.mark.long
@given(suffix=SUFFIX, changed=changes, keep=st.floats(0.01, 1))
@settings(
    max_examples=5000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.filterwarnings("ignore")
def test_many_damaged_bytes_give_a_picture_or_an_image_error(
    small_files, suffix, changed, keep
):
    check_damaged(small_files, suffix, changed, keep)
