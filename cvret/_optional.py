"""The only door for packages that may be absent, or that compile code."""

import logging
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from cvret.errors import MissingExtraError

Function = TypeVar("Function", bound=Callable[..., Any])

_logger = logging.getLogger(__name__)
_logger.addHandler(logging.NullHandler())
_listening = False


def import_extra(module: str, *, extra: str, needed_by: str) -> ModuleType:
    """Import `module`, or say which extra of cvret brings it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise  # installed, but broken inside: do not hide the true cause
        raise MissingExtraError(
            f"{needed_by} needs {module}; install it with pip install 'cvret[{extra}]'"
        ) from error


def compiled(stand_in: Callable[..., Any]) -> Callable[[Function], Function]:
    """Compile a loop with Numba, or use `stand_in`, its NumPy form, without Numba.

    Compiled code is cached on disk: beside the module, or in the user's cache
    folder where that is read-only (``NUMBA_CACHE_DIR`` chooses another).
    """

    def decorate(loop: Function) -> Function:
        try:
            numba = import_module("numba")
        except ImportError:
            return stand_in  # type: ignore[return-value]
        _announce_compilation()
        return numba.njit(cache=True, nogil=True, error_model="numpy")(loop)  # type: ignore[no-any-return]

    return decorate


def _make_bit_count() -> Any:
    try:
        extending, types = (
            import_module("numba.extending"),
            import_module("numba.core.types"),
        )
    except ImportError:
        return np.bitwise_count

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def counted(typing: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.ctpop(args[0])

        return types.uint64(types.uint64), generate

    return counted


def _announce_compilation() -> None:
    """Have the first compilation (not a load from the cache) logged, once."""
    global _listening
    if _listening:
        return
    _listening = True
    event = import_module("numba.core.event")

    class Announcement(event.Listener):  # type: ignore[misc, name-defined]
        said = False

        def on_start(self, _event: Any) -> None:
            if not self.said:
                self.said = True
                _logger.warning(
                    "compiling the search kernels for this machine; "
                    "this happens once and takes some seconds"
                )

        def on_end(self, _event: Any) -> None:
            pass

    event.register("numba:compile", Announcement())


bit_count = _make_bit_count()
"""How many bits of a uint64 are set; within compiled loops one instruction."""
