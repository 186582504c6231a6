"""The errors of cvret.

CvretError
├── ImageError         a file that is not a readable image   (also OSError)
├── NotFittedError     used before fit()       (also ValueError, AttributeError)
├── FormatError        an index this version cannot read     (also ValueError)
├── UnknownNameError   no part of that name in the catalog   (also ValueError)
└── MissingExtraError  an optional package is not installed  (also ImportError)

A wrong argument is a plain ValueError or TypeError, as in NumPy.
"""

__all__ = [
    "CvretError",
    "FormatError",
    "ImageError",
    "MissingExtraError",
    "NotFittedError",
    "UnknownNameError",
]


class CvretError(Exception):
    """The root of the errors that cvret defines."""


class ImageError(CvretError, OSError):
    """A file that is not a readable image; the message says which and why."""


class NotFittedError(CvretError, ValueError, AttributeError):
    """A part was used before `fit`, or before it was given what it learns."""


class FormatError(CvretError, ValueError):
    """An index that this version of cvret cannot read, or that is damaged."""


class UnknownNameError(CvretError, ValueError):
    """A name that stands for no part; the message lists those there are."""


class MissingExtraError(CvretError, ImportError):
    """An optional package is not installed; the message says how to get it."""
