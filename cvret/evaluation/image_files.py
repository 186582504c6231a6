"""Which files stand behind the images of a system, and which image a query is."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cvret.evaluation.truth.ground_truth import GroundTruth

__all__ = ["ImageFiles"]


class ImageFiles:
    """The files of a system's images, as far as it knows them.

    Parameters
    ----------
    system : System
        Asked by its ``file_of``, if it has that.
    ids : sequence of str
        Its images.

    Attributes
    ----------
    by_id : dict of str to Path
        Where each image lies; those of unknown place are not in it.
    """

    def __init__(self, system: Any, ids: Sequence[str]):
        self.by_id: dict[str, Path] = {}
        self._ids = frozenset(ids)
        self._folders: dict[str, str] = {}
        self._by_file: dict[str, list[str]] = {}
        if not hasattr(system, "file_of"):
            return
        for id_ in ids:
            try:
                file = Path(system.file_of(id_))
            except (FileNotFoundError, KeyError):  # it came without its roots
                continue
            self.by_id[id_] = file
            self._by_file.setdefault(self._resolved(file), []).append(id_)

    def own_ids(self, truth: GroundTruth, query: str) -> frozenset[str]:
        """Give the ids of a query's own file, links to folders followed.

        An image whose file is not known is taken for the query's own where it has the
        query's name.
        """
        found = self._by_file.get(self._resolved(truth.file_of(query)), [])
        name = truth.files.get(query, query)
        if name in self._ids and name not in self.by_id:
            found = [*found, name]
        return frozenset(found)

    def _resolved(self, file: Path) -> str:
        folder, name = os.path.split(file)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)
