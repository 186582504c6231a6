"""Reading pickles of plain values without running anything that they name.

Published annotations come as pickles, and a pickle can call any function. Here it finds
no function and no class at all: only stand-ins for what NumPy's arrays are made of.
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["PlainArray", "read_plain_pickle"]

_DTYPES = "buif"  # whole and other numbers
_BROKEN = (
    *(pickle.UnpicklingError, ArithmeticError, AttributeError, EOFError, ImportError),
    *(LookupError, MemoryError, RecursionError, TypeError, ValueError),
)


class PlainArray:
    """An array as a pickle describes it, which becomes one when asked.

    Examples
    --------
    >>> array = PlainArray()
    >>> array.__setstate__((1, (2,), PlainDtype("i4"), False, bytes([1, 0, 0, 0] * 2)))
    >>> array.values()
    [1, 1]
    """

    def __init__(self) -> None:
        self._state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    def values(self) -> list[Any]:
        """Give the elements in a row.

        Raises
        ------
        ValueError, TypeError
            If the description is wrong, or the elements are no numbers.
        """
        _, shape, dtype, _, data = self._state
        if isinstance(data, list):  # an array of objects
            return data
        found = np.frombuffer(_as_bytes(data), dtype.numpy())
        if found.size != np.prod(shape):
            raise ValueError(f"an array of shape {shape} has {found.size} elements")
        return list(found.tolist())


class PlainDtype:
    """The type of an array as a pickle describes it."""

    def __init__(self, code: str, *_: Any):
        self._code, self._order = code, "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._order = state[1]

    def numpy(self) -> np.dtype[Any]:
        """Give NumPy's type, or raise TypeError if it is not one of numbers."""
        if self._code[:1] not in _DTYPES or not self._code[1:].isdigit():
            raise TypeError(f"an array holds {self._code!r}, not numbers")
        order = self._order if self._order in ("<", ">") else "="
        return np.dtype(order + self._code)


def read_plain_pickle(path: Path) -> Any:
    """Read a pickle of lists, dicts, strings, numbers and NumPy arrays of numbers.

    Arrays come as `PlainArray`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, or holds anything else; nothing of it is then run.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     path = Path(work) / "plain.pkl"
    ...     _ = path.write_bytes(pickle.dumps({"easy": [1, 2]}))
    ...     read_plain_pickle(path)
    {'easy': [1, 2]}
    """
    with path.open("rb") as file:
        try:
            return _PlainUnpickler(file, encoding="latin1").load()
        except _BROKEN as error:
            raise ValueError(
                f"{path} is damaged, or no pickle of plain values: {error}; nothing of "
                "it was run"
            ) from error


class _PlainUnpickler(pickle.Unpickler):
    """An unpickler whose only names are those of NumPy's arrays."""

    def find_class(self, module: str, name: str) -> Any:
        # Each look-up gives a new function, so that a pickle cannot change one for all.
        of_numpy = module.replace("numpy._core", "numpy.core", 1)
        match f"{of_numpy}.{name}":
            case "numpy.core.multiarray._reconstruct":
                return lambda *_: PlainArray()
            case "numpy.core.multiarray.scalar":
                return lambda dtype, data: _scalar(dtype, data)
            case "numpy.core.numeric._frombuffer":
                return lambda *description: _from_buffer(*description)
            case "numpy.ndarray":
                return None
            case "numpy.dtype":
                return lambda code, *_: PlainDtype(code)
            case "__builtin__.bytes":  # before protocol 3, of nothing
                return lambda: b""
            case "_codecs.encode":  # before protocol 3, of some
                return lambda text, *_: _as_bytes(text)
        raise pickle.UnpicklingError(f"it names {module}.{name}, which is refused")

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("it refers to something outside of it")


def _from_buffer(
    data: bytes | str, dtype: PlainDtype, shape: tuple[int, ...], *_: Any
) -> PlainArray:
    array = PlainArray()
    array.__setstate__((1, shape, dtype, False, data))
    return array


def _scalar(dtype: PlainDtype, data: bytes | str) -> Any:
    return np.frombuffer(_as_bytes(data), dtype.numpy())[0].item()


def _as_bytes(data: bytes | str) -> bytes:
    """Give bytes, which Python 2 pickled as text."""
    return data.encode("latin1") if isinstance(data, str) else bytes(memoryview(data))
