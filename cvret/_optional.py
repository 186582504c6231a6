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


def compiled(
    stand_in: Callable[..., Any], *, fastmath: bool = False
) -> Callable[[Function], Function]:
    """Compile a loop with Numba, or use `stand_in`, its NumPy form, without Numba.

    Compiled code is cached on disk: beside the module, or in the user's cache
    folder where that is read-only (``NUMBA_CACHE_DIR`` chooses another). With
    `fastmath` sums may be taken in any order.
    """

    def decorate(loop: Function) -> Function:
        try:
            numba = import_module("numba")
        except ImportError:
            return stand_in  # type: ignore[return-value]
        _announce_compilation()
        compile_ = numba.njit(
            cache=True, nogil=True, error_model="numpy", fastmath=fastmath
        )
        return compile_(loop)  # type: ignore[no-any-return]

    return decorate


def _make_instructions() -> tuple[Any, Any]:
    """Make the two instructions that compiled loops need and Python has not."""
    try:
        extending = import_module("numba.extending")
        types = import_module("numba.core.types")
        ir = import_module("llvmlite.ir")
    except ImportError:
        return np.bitwise_count, None

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def count(typing: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.ctpop(args[0])

        return types.uint64(types.uint64), generate

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def fetch(typing: Any, array: Any, place: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            made = context.make_array(signature.args[0])(context, builder, args[0])
            pointer = builder.gep(made.data, [args[1]])
            pointer = builder.bitcast(pointer, ir.IntType(8).as_pointer())
            flag = ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [pointer.type, flag, flag, flag])
            called = builder.module.declare_intrinsic(
                "llvm.prefetch", [pointer.type], kind
            )
            reading, close, data = (ir.Constant(flag, value) for value in (0, 3, 1))
            builder.call(called, [pointer, reading, close, data])
            return context.get_dummy_value()

        return types.void(array, place), generate

    return count, fetch


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


bit_count, prefetch = _make_instructions()
"""Within compiled loops: how many bits of a uint64 are set; and to have the element of
an array at a place brought from memory, for soon it is read (it may lie beyond)."""
