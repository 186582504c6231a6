"""Pickles of plain values are read, and others never run."""

import builtins
import contextlib
import io
import os
import pickle
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from cvret.evaluation.truth.plain_pickle import PlainArray, read_plain_pickle


class Calls:
    """Pickled, it calls a function when it is read."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def read(tmp_path, content):
    path = tmp_path / "labels.pkl"
    path.write_bytes(content)
    return read_plain_pickle(path)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_values_are_read(tmp_path, protocol):
    value = {
        "gnd": [{"bbx": [1.5, 2, 3, 4], "easy": (0, 1)}],
        "imlist": ["é"],
        "n": None,
    }
    assert read(tmp_path, pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("dtype", ["<i8", ">i4", "u1", "<f8", "?"])
def test_arrays_of_numbers_are_read(tmp_path, protocol, dtype):
    array = np.array([1, 0, 1, 1], dtype)
    read_back = read(tmp_path, pickle.dumps(array, protocol))
    assert isinstance(read_back, PlainArray)
    assert read_back.values() == [1, 0, 1, 1]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_numbers_of_numpy_are_read(tmp_path, protocol):
    values = [np.int64(7), np.float32(0.5), np.bool_(True)]
    assert read(tmp_path, pickle.dumps(values, protocol)) == [7, 0.5, True]


def test_empty_arrays_and_arrays_of_objects_are_read(tmp_path):
    arrays = [np.array([], int), np.array(["a", "b"], object)]
    assert [each.values() for each in read(tmp_path, pickle.dumps(arrays))] == [
        [],
        ["a", "b"],
    ]


def test_arrays_that_python_2_pickled_are_read(tmp_path):
    # Written by NumPy 1 under Python 2: bytes are text there, the module is numpy.core.
    content = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00"
        b"\x85U\x01b\x87Rq\x03(K\x01K\x02\x85cnumpy\ndtype\nq\x04U\x02i4K\x00K\x01\x87R"
        b"q\x05(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
        b"U\x08\x01\x00\x00\x00\x80\x00\x00\x00tb."
    )
    assert read(tmp_path, content).values() == [1, 128]


def payloads(mark):
    command = f"touch {mark}"
    yield Calls(os.system, command)
    yield Calls(builtins.eval, f"open({str(mark)!r}, 'w')")
    yield Calls(builtins.exec, f"open({str(mark)!r}, 'w')")
    yield Calls(builtins.open, str(mark), "w")
    yield Calls(builtins.__import__, "os")
    yield Calls(subprocess.getoutput, command)
    yield Calls(io.open, str(mark), "w")
    yield Calls(np.save, str(mark), np.zeros(1))
    yield Calls(np.load, str(mark))
    yield Fraction(1, 2)


@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_that_calls_anything_is_refused_and_not_run(
    tmp_path, number, protocol
):
    mark = tmp_path / "mark"
    content = pickle.dumps({"gnd": [list(payloads(mark))[number]]}, protocol)
    with pytest.raises(ValueError, match=r"labels.pkl .*names .*, which is refused"):
        read(tmp_path, content)
    assert not mark.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"cnumpy.core\nmultiarray.fromfile\n.",  # a way round by a dotted name
        b"\x80\x04\x8c\x0anumpy.core\x8c\x0fmultiarray.load\x93.",
        b"cnumpy\ndtype.__class__\n.",
        b"cbuiltins\ngetattr\n(cos\npath\nS'join'\ntR.",
        b"c__builtin__\neval\n(S'1'\ntR.",
        b"Pnames\n.",  # a persistent id
        b"\x82\x01.",  # the registry of extensions
    ],
)
def test_ways_round_the_list_of_names_are_closed(tmp_path, content):
    with pytest.raises(ValueError, match="nothing of it was run"):
        read(tmp_path, content)


def test_a_pickle_cannot_change_what_the_next_one_finds(tmp_path):
    # Sets attributes of the stand-in for numpy.dtype, as far as it can.
    content = b"cnumpy\ndtype\n(N(S'__doc__'\nS'changed'\ndtb."
    with contextlib.suppress(ValueError):
        read(tmp_path, content)
    array = np.array([3, 4])
    assert read(tmp_path, pickle.dumps(array)).values() == [3, 4]


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x04]", b"\x80\xff."])
def test_a_damaged_pickle_is_said_to_be_damaged(tmp_path, content):
    with pytest.raises(ValueError, match="is damaged, or no pickle of plain values"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "array", [np.array(["a"]), np.array(["2026-01-01"], "M8[D]"), np.zeros(2, "i4,i4")]
)
def test_an_array_of_anything_but_numbers_is_refused(tmp_path, array):
    with pytest.raises((TypeError, ValueError)):
        read(tmp_path, pickle.dumps(array)).values()


def test_an_array_that_contradicts_itself_is_refused(tmp_path):
    content = pickle.dumps(np.array([1, 2], "i4"), 2)
    longer = content.replace(b"K\x02\x85", b"K\x07\x85")
    assert longer != content
    with pytest.raises(ValueError, match="shape .* has 2 elements"):
        read(tmp_path, longer).values()
