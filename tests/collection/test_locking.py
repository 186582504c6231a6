"""One writer, many readers."""

import os
import signal
import socket
import threading
import time
import traceback

import pytest

import cvret
from cvret.collection import making, merging
from cvret.collection.locking import locked

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@forks
def test_the_owner_is_named_and_a_dead_one_holds_nothing(
    tmp_path, color_index, plain_pictures
):
    index = color_index(tmp_path / "i.cvret")
    folder = plain_pictures(tmp_path / "p", 2)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        with locked(index.path):
            os.write(write, b"held")
            signal.pause()
        os._exit(0)
    os.read(read, 4)
    owner = (
        f"process {pid} on {socket.gethostname()}, since 20.*, is writing to .*; try"
    )
    try:
        for act in (
            lambda: index.add(folder),
            lambda: index.remove([]),
            index.compact,
        ):
            with pytest.raises(RuntimeError, match=owner):
                act()
        assert index.search(folder / "000.png").ids == ()  # reading goes on
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert index.add(folder).added == 2
    assert not (index.path / "writer.json").exists()


def test_two_threads_cannot_write_at_once(tmp_path, color_index, plain_pictures):
    index = color_index(tmp_path / "i.cvret")
    folder = plain_pictures(tmp_path / "p", 2)
    with locked(index.path), pytest.raises(RuntimeError, match="is writing to"):
        index.add(folder)
    assert index.add(folder).added == 2


def read_on(path, parts, query, stop) -> int:
    """Open and search until told to stop; every answer must be whole."""
    answers = 0
    while not stop():
        index = cvret.Index.open(path, parts=parts)
        for _ in range(3):
            ranking = index.search(query, k=1000)
            assert sorted(ranking.ids) == sorted(index.ids)
            assert ranking[0].score == 1.0
            answers += 1
    return answers


def read_while_writing(tmp_path, parts, noise, monkeypatch, seconds) -> int:
    """Eight readers while a writer adds, removes and compacts; give its rounds."""
    monkeypatch.setattr(making, "_SEGMENT", 4)
    monkeypatch.setattr(merging, "_FEW", 3)
    for n in range(20):
        noise(tmp_path / "p" / f"{n:02d}.png", n)
    query = noise(tmp_path / "stay" / "q.png", 7)
    path, flag = tmp_path / "i.cvret", tmp_path / "stop"
    index = cvret.Index.create(path, fields=parts)
    index.add(tmp_path / "stay", "stay")
    pids = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            try:
                done = read_on(path, parts, query, flag.exists)
                os._exit(0 if done > 1 else 2)
            except BaseException:  # noqa: BLE001, for a child must not return
                (tmp_path / "failed").write_text(traceback.format_exc())
                os._exit(1)
        pids.append(pid)
    failures = []

    def read():
        try:
            assert read_on(path, parts, query, flag.exists) > 1
        except BaseException as error:  # noqa: BLE001, for it is looked at below
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    end, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        index.add(tmp_path / "p", "p", n_jobs=1)
        ranking = index.search(query, k=1000)
        assert sorted(ranking.ids) == sorted(index.ids)
        index.remove([id_ for id_ in index.ids if id_.endswith(("1.png", "2.png"))])
        index.compact()
        index.remove([id_ for id_ in index.ids if id_.startswith("p/0")])
        rounds += 1
    flag.touch()
    for thread in threads:
        thread.join()
    statuses = [os.waitpid(pid, 0)[1] for pid in pids]
    said = tmp_path / "failed"
    assert statuses == [0] * 4, said.read_text() if said.exists() else statuses
    assert failures == []
    assert index.verify().ok
    return rounds


@forks
def test_eight_readers_while_a_writer_commits(
    tmp_path, quick_parts, noise, monkeypatch
):
    assert read_while_writing(tmp_path, quick_parts, noise, monkeypatch, 2) > 0


@forks
@pytest.mark.long
def test_eight_readers_for_long(tmp_path, quick_parts, noise, monkeypatch):
    assert read_while_writing(tmp_path, quick_parts, noise, monkeypatch, 30) > 2


def test_threads_share_an_index_while_it_changes(
    tmp_path, quick_parts, noise, monkeypatch
):
    monkeypatch.setattr(making, "_SEGMENT", 4)
    for n in range(12):
        noise(tmp_path / "p" / f"{n:02d}.png", n)
    query = noise(tmp_path / "stay" / "q.png", 7)
    index = cvret.Index.create(tmp_path / "i.cvret", fields=quick_parts)
    index.add(tmp_path / "stay", "stay")
    stop, failures, answers = threading.Event(), [], []

    def ask():
        try:
            while not stop.is_set():
                ranking = index.search(query, k=1000)
                assert ranking[0].score == 1.0
                answers.append(len(ranking))
        except BaseException as error:  # noqa: BLE001, for it is looked at below
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        index.add(tmp_path / "p", "p", n_jobs=1)
        index.remove([id_ for id_ in index.ids if id_.startswith("p/")])
        index.compact()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    # Whole generations alone: segments of four, and what was removed at once.
    assert set(answers) <= {1, 5, 9, 13}
