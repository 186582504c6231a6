"""OpenCV, from 4.10 to 5.x, behind one name; the shim that knows both."""

import threading
from typing import Any

from cvret.errors import MissingExtraError

__all__ = ["create_feature", "cv2", "opencv_major", "opencv_version", "single_thread"]


def _import_cv2() -> Any:
    try:
        import cv2 as module
    except ModuleNotFoundError as error:
        if error.name != "cv2":
            raise
        raise ImportError(
            "cvret needs OpenCV; install it with pip install opencv-contrib-python"
        ) from error
    except ImportError as error:
        raise ImportError(explain_import_failure(str(error))) from error
    return module


def explain_import_failure(reason: str) -> str:
    """What to do when OpenCV is installed and a system library is not."""
    return (
        f"OpenCV is installed but cannot be loaded ({reason}). Two ways out: install "
        "the system libraries it needs (Debian, Ubuntu: apt-get install libgl1 "
        "libglib2.0-0), or replace it by the build that needs none: pip uninstall "
        "-y opencv-contrib-python && pip install opencv-contrib-python-headless"
    )


cv2: Any = _import_cv2()
opencv_version: str = cv2.__version__
_lock = threading.Lock()


def opencv_major(version: str) -> str:
    """The first number of a version: ``"5"`` of ``"5.0.0"``."""
    return version.partition(".")[0]


def create_feature(name: str, *args: Any, **kwargs: Any) -> Any:
    """Make one of OpenCV's features; 5 keeps in ``xfeatures2d`` what 4 had in ``cv2``.

    Raises
    ------
    MissingExtraError
        If this build of OpenCV has it in neither.
    """
    for place in (getattr(cv2, "xfeatures2d", None), cv2):
        create = getattr(place, f"{name}_create", None)
        if create is not None:
            return create(*args, **kwargs)
    raise MissingExtraError(
        f"{name} is not in this OpenCV {opencv_version}; install the build that has "
        "it with pip install --upgrade opencv-contrib-python"
    )


class single_thread:  # noqa: N801  (reads as a verb: with single_thread(): ...)
    """Keep OpenCV to one thread inside the block, so that workers do not fight.

    The setting belongs to the whole process, so it is counted: the number of
    before comes back when the last block ends, in whichever thread that is.
    """

    _depth = 0
    _before = 0

    def __enter__(self) -> None:
        with _lock:
            if single_thread._depth == 0:
                single_thread._before = cv2.getNumThreads()
                cv2.setNumThreads(1)
            single_thread._depth += 1

    def __exit__(self, *_: object) -> None:
        with _lock:
            single_thread._depth -= 1
            if single_thread._depth == 0:
                cv2.setNumThreads(single_thread._before)
