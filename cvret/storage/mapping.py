"""Files mapped into memory, without a file descriptor for each.

Python's `mmap` keeps a descriptor open for each mapping (before 3.13 always), so that
an index of a few dozen segments, some dozen files each, would meet the usual limit of
1,024 open files. The system itself needs none once a file is mapped.
"""

import ctypes
import mmap
import os
import sys
import weakref
from functools import cache
from io import BufferedReader
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["map_file"]


class _Mapping:
    """Memory that NumPy reads, given back when no array looks at it any more."""

    def __init__(self, system: Any, address: int, size: int):
        self.__array_interface__ = {
            "data": (address, True),  # to be read only
            "shape": (size,),
            "typestr": "|u1",
            "version": 3,
        }
        unmapping = weakref.finalize(self, system.munmap, address, size)
        unmapping.atexit = False  # threads may still read; the process ends anyway


def map_file(file: BufferedReader, size: int) -> NDArray[np.uint8]:
    """Map a file of `size` bytes, at least one, to be read; it may be closed then.

    The mapping goes when the last array that looks at it does.

    Raises
    ------
    OSError
        If the system cannot map it.
    """
    if sys.version_info >= (3, 13):
        mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ, trackfd=False)
        return np.frombuffer(mapped, np.uint8)
    if os.name != "posix":
        mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        return np.frombuffer(mapped, np.uint8)
    system = _system()
    address = system.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
    if address in (None, ctypes.c_void_p(-1).value):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), file.name)
    return np.asarray(_Mapping(system, address, size))


@cache
def _system() -> Any:
    """Give the system's own functions."""
    system = ctypes.CDLL(None, use_errno=True)
    pointer, length, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    system.mmap.restype = pointer
    system.mmap.argtypes = [pointer, length, number, number, number, ctypes.c_long]
    system.munmap.argtypes = [pointer, length]
    return system
