"""The store: whole versions or none, one writer at a time, and nothing changed unseen."""

import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid

import numpy as np
import pytest
from fsspec.implementations.local import LocalFileSystem
from housekeeping import ROOT
from kept_models import rows, served

from hardship_model.store import MODEL, Store, StoreError, to_bytes
from hardship_model.store.folder import seal, unseal

FILES = {MODEL: b"model", "config.toml": b"seed = 1\n"}
ABOUT = {"model": "boosting", "override": None}


@pytest.fixture(params=["path", "file", "memory"])
def url(request, tmp_path):
    return {
        "path": str(tmp_path / "store"),
        "file": (tmp_path / "store").as_uri(),
        "memory": f"memory://{uuid.uuid4()}/store",
    }[request.param]


@pytest.fixture
def store(url):
    return Store(url)


def test_a_store_without_versions_is_empty_and_writes_nothing(tmp_path):
    store = Store(str(tmp_path / "store"))

    assert (store.versions(), store.current(), store.history()) == ((), None, ())
    assert list(tmp_path.iterdir()) == []


def test_versions_are_counted_and_the_newest_counts(store):
    added = [store.add(FILES | {"n.txt": b"%d" % n}, ABOUT | {"n": n}) for n in range(3)]

    assert [v.name for v in store.versions()] == ["0001", "0002", "0003"]
    assert store.versions() == tuple(added)
    assert store.current() == added[-1]
    assert [store.read(v.name, "n.txt") for v in added] == [b"0", b"1", b"2"]
    assert [v.about["n"] for v in store.versions()] == [0, 1, 2]


def test_versions_beyond_the_ten_thousandth_come_after_it(tmp_path):
    store = Store(str(tmp_path))
    for n in (9998, 9999, 10000):
        name = f"{n:04d}"
        (tmp_path / name).mkdir()
        manifest = seal({"version": name, "added": "then", "about": {}, "files": {}})
        (tmp_path / name / "manifest.json").write_bytes(manifest)

    assert [v.name for v in store.versions()] == ["9998", "9999", "10000"]
    assert store.add(FILES, {}).name == "10001"


def test_another_one_who_opens_the_store_sees_the_same(url, store):
    store.add(FILES, ABOUT)

    assert Store(url).versions() == store.versions()


def test_a_rollback_counts_until_the_next_version(store):
    for _ in range(3):
        store.add(FILES, ABOUT)
    store.rollback("0001", "the new one missed the flood district")
    assert store.current().name == "0001"
    store.rollback("0002", "  so did the first ")
    assert store.current().name == "0002"
    store.add(FILES, ABOUT | {"override": "nobody else is left"})
    assert store.current().name == "0004"

    assert [(e.version, e.what, e.reason) for e in store.history()] == [
        ("0001", "accepted", ""),
        ("0002", "accepted", ""),
        ("0003", "accepted", ""),
        ("0001", "rolled back", "the new one missed the flood district"),
        ("0002", "rolled back", "so did the first"),
        ("0004", "accepted by hand", "nobody else is left"),
    ]


def test_a_rollback_can_be_taken_back(store):
    for _ in range(2):
        store.add(FILES, ABOUT)
    store.rollback("0001", "a fault")
    store.rollback("0002", "no fault after all")

    assert store.current().name == "0002"


@pytest.mark.parametrize(
    ("to", "reason", "said"),
    [
        ("0001", " ", "wants a reason"),
        ("0002", "why not", "counts already"),
        ("0007", "why not", "no version '0007'; it has 0001, 0002"),
        ("../0001", "why not", "no version"),
    ],
)
def test_a_rollback_that_makes_no_sense_is_refused(store, to, reason, said):
    for _ in range(2):
        store.add(FILES, ABOUT)

    with pytest.raises(StoreError, match=said):
        store.rollback(to, reason)
    assert len(store.history()) == 2


@pytest.mark.parametrize("odd", ["../x", "a/b", "/x", ".hidden", "manifest.json", "", "a\nb"])
def test_a_file_of_a_version_has_a_plain_name(store, odd):
    with pytest.raises(StoreError, match="plain names"):
        store.add(FILES | {odd: b""}, ABOUT)
    assert store.versions() == ()


def test_a_version_holds_a_model(store):
    with pytest.raises(StoreError, match=MODEL):
        store.add({"config.toml": b""}, ABOUT)


@pytest.mark.parametrize("about", [{"n": float("nan")}, {"x": object()}])
def test_what_json_cannot_say_is_refused_before_anything_is_written(store, about):
    with pytest.raises(StoreError, match="JSON"):
        store.add(FILES, about)
    assert store.versions() == ()


def test_a_file_that_a_version_does_not_hold_is_refused(store):
    store.add(FILES, ABOUT)

    for name in ("metrics.csv", "../0001/model.skops", "manifest.json"):
        with pytest.raises(StoreError, match="it holds"):
            store.read("0001", name)


def test_a_changed_file_is_refused_by_name(tmp_path):
    store = Store(str(tmp_path))
    store.add(FILES, ABOUT)
    (tmp_path / "0001" / "config.toml").write_bytes(b"seed = 2\n")

    assert store.read("0001", MODEL) == b"model"
    with pytest.raises(StoreError, match=r"0001/config\.toml is not what was written"):
        store.read("0001", "config.toml")


def test_a_missing_file_is_refused_by_name(tmp_path):
    store = Store(str(tmp_path))
    store.add(FILES, ABOUT)
    (tmp_path / "0001" / MODEL).unlink()

    with pytest.raises(StoreError, match=r"0001/model\.skops is missing"):
        store.read("0001", MODEL)


def test_every_changed_byte_of_a_manifest_is_refused():
    whole = seal({"version": "0001", "about": {"why": "再培训"}})
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        with pytest.raises(StoreError, match="m is not what was written"):
            unseal(bytes(changed), "m")
    for end in range(len(whole)):
        with pytest.raises(StoreError, match="m is not what was written"):
            unseal(whole[:end], "m")
    assert unseal(whole, "m") == {"version": "0001", "about": {"why": "再培训"}}


def test_a_manifest_of_another_version_is_refused(tmp_path):
    store = Store(str(tmp_path))
    for _ in range(2):
        store.add(FILES, ABOUT)
    (tmp_path / "0002" / "manifest.json").write_bytes(
        (tmp_path / "0001" / "manifest.json").read_bytes()
    )

    with pytest.raises(StoreError, match=r"0002/manifest\.json is not what was written"):
        store.current()


def test_an_old_version_that_was_changed_does_not_stop_the_one_that_counts(tmp_path):
    store = Store(str(tmp_path))
    for _ in range(2):
        store.add(FILES, ABOUT)
    (tmp_path / "0001" / "manifest.json").write_bytes(b"{}")

    assert store.read(store.current().name, MODEL) == b"model"
    with pytest.raises(StoreError, match=r"0001/manifest\.json"):
        store.versions()


def test_one_can_roll_back_from_a_version_that_was_changed(tmp_path):
    store = Store(str(tmp_path))
    for _ in range(2):
        store.add(FILES, ABOUT)
    (tmp_path / "0002" / "manifest.json").write_bytes(b"{}")
    store.rollback("0001", "the newest was changed")

    assert store.current().name == "0001"


def test_a_manifest_that_is_missing_below_a_newer_version_is_told(tmp_path):
    store = Store(str(tmp_path))
    for _ in range(2):
        store.add(FILES, ABOUT)
    (tmp_path / "0001" / "manifest.json").unlink()

    assert store.read(store.current().name, MODEL) == b"model"
    for asked in (store.versions, lambda: store.version("0001")):
        with pytest.raises(StoreError, match=r"0001/manifest\.json is missing"):
            asked()
    with pytest.raises(StoreError, match=r"0001/manifest\.json is missing"):
        store.add(FILES, ABOUT)
    assert (tmp_path / "0001" / MODEL).exists()


def test_what_a_killed_writer_left_is_ignored_and_removed_by_the_next(tmp_path):
    store = Store(str(tmp_path))
    store.add(FILES, ABOUT)
    (tmp_path / "0002").mkdir()
    for name in (MODEL, "config.toml.part", "manifest.json.part"):
        (tmp_path / "0002" / name).write_bytes(b"half")
    (tmp_path / "rollbacks").mkdir()
    (tmp_path / "rollbacks" / "0001-0001.json.part").write_bytes(b"half")

    assert [v.name for v in store.versions()] == ["0001"]
    assert store.current().name == "0001"
    assert len(store.history()) == 1
    assert store.add(FILES, ABOUT).name == "0002"
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    whole = {f"{v}/{name}" for v in ("0001", "0002") for name in (*FILES, "manifest.json")}
    assert left == whole | {"lock", "lock.holder"}


def killed_at(step, url):
    """A process that adds a version and is killed before a step on the disk. Was it, in time?"""
    child = os.fork()
    if not child:
        steps = iter(range(step))

        def counted(name):
            real = getattr(LocalFileSystem, name)

            def call(*given, **named):
                if next(steps, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*given, **named)

            return call

        for name in ("makedirs", "pipe_file", "mv", "rm", "find"):
            setattr(LocalFileSystem, name, counted(name))
        Store(url).add(FILES, ABOUT | {"step": step})
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, which Windows lacks")
def test_a_writer_killed_before_any_step_leaves_a_store_that_opens_and_goes_on(tmp_path):
    url, whole, step = str(tmp_path / "store"), 0, 0
    while killed_at(step, url):
        versions = Store(url).versions()
        assert len(versions) - whole in (0, 1)
        assert all(Store(url).read(v.name, name) == FILES[name] for v in versions for name in FILES)
        whole, step = len(versions), step + 1
    assert step > 10
    assert [v.name for v in Store(url).versions()] == [f"{n:04d}" for n in range(1, whole + 2)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, which Windows lacks")
def test_a_writer_killed_at_random_moments_leaves_whole_versions(tmp_path):
    url = str(tmp_path / "store")
    for wait in np.random.default_rng(1).uniform(0.001, 0.04, 20):
        child = os.fork()
        if not child:
            while True:
                Store(url).add(FILES, ABOUT)
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        Store(url).versions()
    versions = Store(url).versions()

    assert [v.name for v in versions] == [f"{n:04d}" for n in range(1, len(versions) + 1)]
    assert all(Store(url).read(v.name, name) == FILES[name] for v in versions for name in FILES)


def test_a_second_writer_is_told_at_once_who_writes(url, store):
    with store.lock():
        store.add(FILES, ABOUT)  # who holds the lock may write
        other = Store(url)
        for write in (lambda: other.add(FILES, ABOUT), lambda: other.rollback("0001", "x")):
            with pytest.raises(StoreError, match=f"written to by process {os.getpid()} of"):
                write()
        assert [v.name for v in other.versions()] == ["0001"]  # who reads need not wait
    assert other.add(FILES, ABOUT).name == "0002"


def test_a_lock_ends_with_an_error_under_it(url, store):
    with pytest.raises(KeyError), store.lock():
        raise KeyError

    assert Store(url).add(FILES, ABOUT).name == "0001"


def test_a_lock_file_whose_maker_died_says_what_to_do():
    url = f"memory://{uuid.uuid4()}"
    of_the_dead = Store(url).lock()
    of_the_dead.__enter__()

    with pytest.raises(StoreError, match="if it is dead, delete the file lock in the store"):
        Store(url).add(FILES, ABOUT)


def test_the_operating_system_takes_the_lock_back_from_a_killed_process(tmp_path):
    held = textwrap.dedent("""
        import sys, time
        from hardship_model.store import Store
        with Store(sys.argv[1]).lock():
            print("held", flush=True)
            time.sleep(60)
    """)
    url = str(tmp_path / "store")
    with subprocess.Popen(
        [sys.executable, "-c", held, url], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match=f"written to by process {process.pid} of"):
            Store(url).add(FILES, ABOUT)
        process.kill()
    assert Store(url).add(FILES, ABOUT).name == "0001"


@pytest.mark.parametrize(
    ("url", "said"), [("nosuch://x", "nosuch"), ("s3://x", "Install|install"), ]
)  # fmt: skip
def test_an_address_that_nothing_here_can_read_is_refused(url, said):
    if url.startswith("s3") and __import__("importlib.util").util.find_spec("s3fs"):
        pytest.skip("s3fs is installed")
    with pytest.raises(StoreError, match=said):
        Store(url)


def test_no_message_names_who_an_address_names():
    for url in ("nosuch://edda:secret@host/x", "memory://edda:secret@host/x"):
        with pytest.raises(StoreError) as told:
            Store(url).version("0001")
        assert "edda" not in str(told.value)
        assert "secret" not in str(told.value)


@pytest.mark.parametrize("asked", [Store.versions, lambda store: store.add(FILES, ABOUT)])
def test_a_file_is_no_store(tmp_path, asked):
    (tmp_path / "models").write_text("a note", encoding="utf-8")

    with pytest.raises(StoreError, match="is a file; a store is a folder"):
        asked(Store(str(tmp_path / "models")))


def test_a_model_in_a_store_comes_back_as_it_was(store):
    kept = served("logistic")
    version = store.add({MODEL: to_bytes(kept)}, ABOUT)

    risks = [m.calibrated.risk(rows()[0]).tobytes() for m in (store.model(version.name), kept)]
    assert risks[0] == risks[1]
