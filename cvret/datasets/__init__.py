"""Public data sets: what there is, how it is fetched, and whether it is whole.

The registry says of each set what it is for, where its files lie, which SHA-256 is
published for them and where, and on what terms. Nothing of a set comes with cvret.

>>> from cvret import datasets
>>> datasets.about("uc-merced").protocol
'folders'
"""

from cvret.datasets.checking import Check, FileCheck, check
from cvret.datasets.errors import ArchiveError, ChecksumError, FetchError
from cvret.datasets.fetching import fetch
from cvret.datasets.registry import Dataset, File, about, default_folder, names

__all__ = [
    "ArchiveError",
    "Check",
    "ChecksumError",
    "Dataset",
    "FetchError",
    "File",
    "FileCheck",
    "about",
    "check",
    "default_folder",
    "fetch",
    "names",
]
