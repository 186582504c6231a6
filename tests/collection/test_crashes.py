"""Killed, full, failing: what was committed is there, and nothing else."""

import errno
import os
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL

import pytest

import cvret
from cvret.collection import making, merging

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

WRITES = ("os.fsync", "os.replace", "shutil.rmtree", "pathlib.Path.mkdir")


@pytest.fixture
def small_steps(monkeypatch):
    """Segments of four pictures, merged by three, so that much happens soon."""
    monkeypatch.setattr(making, "_SEGMENT", 4)
    monkeypatch.setattr(merging, "_FEW", 3)


@pytest.fixture
def world(tmp_path, quick_parts, noise, small_steps):
    """A folder of pictures, an index of some of them, and what is done to it."""
    for n in range(15):
        noise(tmp_path / "p" / f"{n:02d}.png", n)
    first = tmp_path / "first"
    for n in range(9):
        noise(first / f"{n:02d}.png", n)
    path = tmp_path / "i.cvret"
    index = cvret.Index.create(path, fields=quick_parts)
    index.add(first, "a", n_jobs=1)

    def steps(index: cvret.Index) -> Iterator[None]:
        index.remove(["a/01.png", "a/05.png"])
        yield
        index.add(tmp_path / "p", "b", n_jobs=1)
        yield
        noise(first / "03.png", 103)
        index.add(first, "a", n_jobs=1)
        yield
        index.remove([f"b/{n:02d}.png" for n in range(0, 15, 2)])
        yield
        index.compact()

    return World(path, quick_parts, steps, first / "03.png", noise)


class World:
    def __init__(self, path, parts, steps, changing, noise):
        self.path, self.parts, self._steps = path, parts, steps
        self._changing, self._noise = changing, noise
        self._query = path.with_name("p") / "03.png"
        self._kept = path.with_suffix(".kept")
        shutil.copytree(path, self._kept)

    def restore(self) -> None:
        shutil.rmtree(self.path)
        shutil.copytree(self._kept, self.path)
        self._noise(self._changing, 3)

    def open(self) -> cvret.Index:
        return cvret.Index.open(self.path, parts=self.parts)

    def run(self, committed: Callable[[int], object] = lambda generation: None) -> None:
        """Do all steps, and tell of each generation that was committed."""
        index = self.open()
        publish = index._publish

        def tell(state):
            publish(state)
            committed(state.manifest.generation)

        index._publish = tell
        for _ in self._steps(index):
            pass

    def generations(self) -> dict[int, list[str]]:
        """Give the ids of each generation of a run that nothing disturbs."""
        index = self.open()
        known = {index._state.manifest.generation: sorted(index.ids)}

        def remember(generation):
            known[generation] = sorted(self.open().ids)

        self.run(remember)
        self.restore()
        return known

    def check(self, generations: dict[int, list[str]], at_least: int) -> None:
        """A committed generation is there, whole; and writing goes on from it."""
        index = self.open()
        generation = index._state.manifest.generation
        assert generation >= at_least
        assert sorted(index.ids) == generations[generation]
        assert index.verify().ok
        if len(index):
            assert len(index.search(self._query, k=99)) == len(index)
        index.remove([])  # the next writer clears what was left
        assert not list(self.path.glob("*.new"))
        for room, used in (
            ("segments", {s.id for s in index._state.manifest.segments}),
            (
                "removed",
                {s.removed.folder for s in index._state.manifest.segments if s.removed},
            ),
        ):
            folder = self.path / room
            left = {entry.name for entry in folder.iterdir()} if folder.is_dir() else ()
            assert set(left) == used


@contextmanager
def at_each_write(patch: pytest.MonkeyPatch, act: Callable[[str, int], None]):
    """Call `act` before and after each call that changes the disk, counted."""
    count = 0

    def wrap(real):
        def wrapped(*arguments, **options):
            nonlocal count
            count += 1
            act("before", count)
            result = real(*arguments, **options)
            count += 1
            act("after", count)
            return result

        return wrapped

    with patch.context() as inside:
        for name in WRITES:
            owner: object = os if name.startswith("os.") else shutil
            if name.startswith("pathlib"):
                owner = Path
            last = name.rpartition(".")[2]
            inside.setattr(owner, last, wrap(getattr(owner, last)))
        yield


def in_child(action: Callable[[int], None]) -> tuple[int, int]:
    """Run in a forked process; give its status and the last number it told."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            action(write)
            os._exit(0)
        except BaseException:  # noqa: BLE001, for a child must not return
            os._exit(1)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(pid, 0)
    return status, max(told, default=0)


def kill_at_every(world, monkeypatch, step: int) -> int:
    """Kill a run at each write, and look at what it left; give how often."""
    generations = world.generations()
    point, kills = 1, 0
    while True:

        def run(pipe, point=point):
            def act(_when, count):
                if count == point:
                    os.kill(os.getpid(), SIGKILL)

            with at_each_write(monkeypatch, act):
                world.run(lambda generation: os.write(pipe, bytes([generation])))

        status, told = in_child(run)
        world.check(generations, told)
        world.restore()
        if not os.WIFSIGNALED(status):
            assert status == 0
            return kills
        kills += 1
        point += step


def test_killed_at_some_writes_an_index_is_whole(world, monkeypatch):
    assert kill_at_every(world, monkeypatch, step=41) >= 10


@pytest.mark.long
def test_killed_at_any_write_an_index_is_whole(world, monkeypatch):
    assert kill_at_every(world, monkeypatch, step=1) >= 400


@pytest.mark.long
def test_killed_at_any_moment_an_index_is_whole(world):
    generations = world.generations()
    started = time.perf_counter()
    world.run()
    whole_run = time.perf_counter() - started
    world.restore()
    chance = random.Random(0)
    for _ in range(200):
        moment = chance.random() * whole_run  # any one; none decides the result

        def run(pipe, moment=moment):
            signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), SIGKILL))
            signal.setitimer(signal.ITIMER_REAL, moment)
            world.run(lambda generation: os.write(pipe, bytes([generation])))

        _, told = in_child(run)
        world.check(generations, told)
        world.restore()


def fail_at_every(world, monkeypatch, step: int, code: int) -> int:
    """Let each write fail, and look at what is left; give how often."""
    generations = world.generations()
    point, failures = 1, 0
    while True:

        def act(when, count, point=point):
            if count >= point and when == "before":
                raise OSError(code, os.strerror(code))

        told, error = [0], None
        try:
            with at_each_write(monkeypatch, act):
                world.run(told.append)
        except OSError as raised:
            error = raised
        world.check(generations, max(told))
        world.restore()
        if error is None:
            return failures
        assert error.errno == code
        failures += 1
        point += step


def test_a_disk_that_is_full_at_some_write_loses_nothing(world, monkeypatch):
    assert fail_at_every(world, monkeypatch, 41, errno.ENOSPC) >= 10


@pytest.mark.long
def test_a_disk_that_is_full_or_fails_at_any_write_loses_nothing(world, monkeypatch):
    assert fail_at_every(world, monkeypatch, 2, errno.ENOSPC) >= 200
    assert fail_at_every(world, monkeypatch, 2, errno.EIO) >= 200


def test_files_that_may_not_grow_are_an_error_and_no_more(world):
    """The system itself refuses the write, as a full disk or a quota does."""
    generations = world.generations()

    def run(pipe):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))
        try:
            world.run(lambda generation: os.write(pipe, bytes([generation])))
        except OSError as error:
            os._exit(7 if error.errno == errno.EFBIG else 8)

    status, told = in_child(run)
    assert os.waitstatus_to_exitcode(status) == 7
    world.check(generations, told)


def test_after_a_failed_write_the_same_object_goes_on(world, monkeypatch):
    index = world.open()
    before = index.ids

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        with pytest.raises(OSError, match="No space left"):
            index.remove("a/01.png")
    assert index.ids == before
    assert index.remove("a/01.png") == 1


def test_a_killed_add_goes_on_where_it_was(tmp_path, quick_parts, noise, small_steps):
    for n in range(11):
        noise(tmp_path / "p" / f"{n:02d}.png", n)
    path = tmp_path / "i.cvret"
    cvret.Index.create(path, fields=quick_parts)

    def run(pipe):
        index = cvret.Index.open(path, parts=quick_parts)
        publish = index._publish

        def publish_then_die(state):
            publish(state)
            if len(state.images) == 8:
                os.kill(os.getpid(), SIGKILL)

        index._publish = publish_then_die
        index.add(tmp_path / "p", n_jobs=1)

    status, _ = in_child(run)
    assert os.WIFSIGNALED(status)
    index = cvret.Index.open(path, parts=quick_parts)
    assert len(index) == 8
    report = index.add(tmp_path / "p", n_jobs=1)
    assert (report.added, report.unchanged) == (3, 8)
