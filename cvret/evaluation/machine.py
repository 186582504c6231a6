"""What something was measured with: versions of packages, and the machine."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from cvret._version import __version__
from cvret.collection.searching import available_cores

__all__ = ["machine", "versions"]

_PACKAGES = (
    "numpy",
    "scipy",
    "scikit-image",
    "scikit-learn",
    "pillow",
    "numba",
    "sewar",
)


def versions() -> dict[str, str]:
    """Give the versions of cvret, Python, and the packages that values depend on.

    A package that is not installed is left out, and so is torch while nothing has
    imported it.

    Examples
    --------
    >>> {"cvret", "python", "numpy", "opencv"} <= versions().keys()
    True
    """
    from cvret._opencv import opencv_version

    found = {
        "cvret": __version__,
        "python": platform.python_version(),
        "opencv": opencv_version,
    }
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    if "torch" in sys.modules:
        found["torch"] = str(sys.modules["torch"].__version__)
    return found


def machine() -> dict[str, Any]:
    """Tell what the machine is: ``processor``, ``cores``, ``memory_gib``, ``system``.

    Cores are those that this process may use; the memory is None where it is not known.

    Examples
    --------
    >>> sorted(machine())
    ['cores', 'memory_gib', 'processor', 'system']
    """
    return {
        "processor": _processor(Path("/proc/cpuinfo")),
        "cores": available_cores(),
        "memory_gib": _memory_gib(),
        "system": platform.platform(),
    }


def _processor(known: Path) -> str:
    """Give the processor's name, where the system tells it."""
    try:
        lines = known.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip().lower() == "model name" and value.strip():
            return value.strip()
    return platform.processor() or platform.machine() or "not known"


def _memory_gib() -> float | None:
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    return round(pages * size / 2**30, 1)
