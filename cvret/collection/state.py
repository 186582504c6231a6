"""One generation of an index as it is read, and how the next one is committed."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cvret.collection.adding import Item
from cvret.collection.fields import Field, field_of
from cvret.collection.images import ImageTable, Roots, image_arrays
from cvret.errors import FormatError
from cvret.storage.arrays import ArrayFolder, write_arrays
from cvret.storage.manifest import Manifest, read_manifest, write_manifest

__all__ = ["State"]


class State:
    """What an `Index` reads: fields, images and postings of one generation.

    Attributes
    ----------
    path : Path
        The index's folder.
    fields : dict of str to Field
        By name.
    roots : Roots
        Where images came from.
    manifest, settings
        The generation, and what it was created with.
    images : ImageTable
        Ids, sizes, hashes.
    searchers : dict of str to InvertedIndex or DenseIndex
        By the names of fields.
    """

    manifest: Manifest
    settings: dict[str, Any]
    images: ImageTable
    searchers: dict[str, Any]

    def __init__(
        self, path: Path, manifest: Manifest, parts: Mapping[str, Any], roots: Roots
    ):
        self.path = path
        self.roots = roots
        self.fields: dict[str, Field] = {
            name: field_of(name, part) for name, part in parts.items()
        }
        self.use(manifest)

    def use(self, manifest: Manifest) -> None:
        """Read from this generation from now on."""
        self.manifest = manifest
        self.settings = manifest.settings
        segments = [
            ArrayFolder(self.path / "segments" / str(s["id"]), s["files"])
            for s in manifest.segments
        ]
        self.images = ImageTable([segment.part("image") for segment in segments])
        self.searchers = {
            name: field.open([segment.part(name) for segment in segments])
            for name, field in self.fields.items()
        }

    def commit(self, manifest: Manifest) -> None:
        """Make this generation the one on disk, and read from it."""
        write_manifest(self.path, manifest)
        self.use(manifest)

    def commit_segment(self, items: Sequence[Item], root: int) -> None:
        """Write a segment and the manifest that knows it; on failure, neither."""
        arrays = {
            f"image.{key}": array
            for key, array in image_arrays(
                [item.id for item in items],
                [item.size for item in items],
                [item.hash for item in items],
                root,
            ).items()
        }
        for name, field in self.fields.items():
            stored = field.arrays([item.values[name] for item in items])
            arrays |= {f"{name}.{key}": array for key, array in stored.items()}
        id_ = self.manifest.next_id()
        folder = self.path / "segments" / id_
        shutil.rmtree(folder, ignore_errors=True)  # left by a process that died
        try:
            files = write_arrays(folder, arrays)
            segment = {"id": id_, "n_images": len(items), "files": files}
            self.commit(self.manifest.with_segment(segment))
        except BaseException:
            if _is_unused(self.path, id_):
                shutil.rmtree(folder, ignore_errors=True)
            raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the index's lock, and see what others wrote before."""
        lock = FileLock(self.path / "writer.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise RuntimeError(
                f"another process is writing to {self.path}; try again when it is done"
            ) from error
        try:
            manifest = read_manifest(self.path)
            if manifest.settings != self.settings:
                raise RuntimeError(
                    f"{self.path} was fitted by another process; open it again"
                )
            if manifest.generation != self.manifest.generation:
                self.use(manifest)
                self.roots = Roots.read(self.path)
            yield
        finally:
            lock.release()

    def known(self, ids: Sequence[str], root: int) -> dict[str, bytes]:
        """Hashes of what the index has of `ids`; refuse ids of another folder."""
        known = {}
        for id_ in ids:
            if id_ in self.images:
                row = self.images.row_of(id_)
                other = self.images.root_at(row)
                if other != root:
                    raise ValueError(
                        f"{id_!r} is in the index already, from "
                        f"{self.roots.name(other)}; give prefix= to set this folder "
                        "apart"
                    )
                known[id_] = self.images.hash_at(row)
        return known

    def use_roots(self, roots: Roots) -> None:
        """Write down where images come from, if that is news."""
        if roots is not self.roots:
            roots.write()
            self.roots = roots


def _is_unused(path: Path, id_: str) -> bool:
    """Whether no manifest on disk knows a segment, so that it may be removed."""
    try:
        return all(segment["id"] != id_ for segment in read_manifest(path).segments)
    except (OSError, FormatError):
        return False
