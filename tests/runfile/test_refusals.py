from __future__ import annotations

import os
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from initviz import __version__
from initviz.runfile import RunFileError, open_run, save_run
from tests.runfile.runs import Members, forged, members_of, recorded, same, write

WEIGHTS, SCALARS = "weights-0000.safetensors", "scalars-0000.safetensors"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "good.initviz"
    save_run(recorded(), path)
    return path


@pytest.fixture
def members(good: Path) -> Members:
    return members_of(good)


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., str]:
    """``refused(members)``: what is said of a run file of these members."""

    def said(members: Members | None = None, packing: int = 0) -> str:
        path = tmp_path / "run.initviz"
        if members is not None:
            write(path, members, packing)
        with pytest.raises(RunFileError) as refusal:
            open_run(path, tables=tmp_path / "tables")
        sentence = str(refusal.value)
        assert sentence.startswith("run.initviz: ")
        assert "\n" not in sentence
        assert len(sentence) < 300
        assert sorted(os.listdir(tmp_path)) in (["run.initviz"], [])
        return sentence

    return said


Refused = Callable[..., str]


def test_members_that_agree_are_opened_whoever_wrote_them(tmp_path: Path, members: Members) -> None:
    write(tmp_path / "run.initviz", forged(dict(reversed(members.items()))))
    assert same(open_run(tmp_path / "run.initviz"), recorded())


# ---- what is no run file ----


def test_a_file_that_is_not_there_is_refused(refused: Refused) -> None:
    assert "cannot be read (No such file or directory)" in refused()


def test_a_folder_is_refused(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "run.initviz").mkdir()
    assert "is no file" in refused()


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all" * 99, bytes(30_000)])
def test_what_is_no_archive_is_refused(refused: Refused, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.initviz").write_bytes(content)
    assert "is no run file, or only a part of one" in refused()


def test_an_archive_of_something_else_is_refused(refused: Refused) -> None:
    assert "is no run file: it has no manifest.json" in refused({"photo.jpg": b"..."})


def test_a_file_cut_off_anywhere_is_refused(good: Path, refused: Refused, tmp_path: Path) -> None:
    whole = good.read_bytes()
    for size in range(0, len(whole), len(whole) // 50):
        (tmp_path / "run.initviz").write_bytes(whole[:size])
        assert "only a part of one" in refused()


def test_a_newer_file_says_what_to_update(refused: Refused, members: Members) -> None:
    def newer(manifest: dict[str, Any]) -> None:
        manifest.update(format=3, initviz="9.1.0", wonders=True)

    said = refused({**forged(members, newer), "hologram.bin": b"new"})
    assert said == (
        f"run.initviz: was made by initviz 9.1.0, and this is {__version__}: update to open it"
    )


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"{}", b"nonsense", b"\xff\xfe", b'{"format": "1"}', b'{"format": 0}',
     b'{"format": 1}', b"[" * 50_000, b'{"format": ' + b"9" * 5000 + b"}",
     b'{"format": 1, "format": 2.5}', b'{"format": NaN}'],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(
    refused: Refused, members: Members, manifest: bytes
) -> None:
    assert "manifest" in refused({**members, "manifest.json": manifest})


@pytest.mark.parametrize(
    ("field", "value"),
    [("epochs", 0), ("epochs", -1), ("epochs", 4), ("epochs", 6), ("epochs", 10**18),
     ("epochs", 5.5), ("epochs", "5"), ("epochs", True), ("epochs", 10**9), ("stride", 0),
     ("stride", 2), ("stride", -1), ("stride", 10**30), ("diverged_at", [-1]),
     ("diverged_at", []), ("diverged_at", [-1, 5]), ("diverged_at", [-2, -1]),
     ("diverged_at", "no"), ("more", 1)],
)  # fmt: skip
def test_a_manifest_that_says_what_cannot_be_is_refused(
    refused: Refused, members: Members, field: str, value: Any
) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["recording"][field] = value

    assert "damaged" in refused(forged(members, change))


# ---- what is not as it was saved ----


@pytest.mark.parametrize("name", ["experiment.toml", SCALARS, WEIGHTS])
def test_a_changed_member_is_refused(refused: Refused, members: Members, name: str) -> None:
    changed = bytearray(members[name])
    changed[-1] ^= 1
    assert f"has been changed ({name})" in refused({**members, name: bytes(changed)})


@pytest.mark.parametrize("name", ["experiment.toml", SCALARS, WEIGHTS])
def test_a_missing_member_is_refused(refused: Refused, members: Members, name: str) -> None:
    left = {each: content for each, content in members.items() if each != name}
    assert f"{name} is missing" in refused(left)

    def forget(manifest: dict[str, Any]) -> None:
        del manifest["members"][name]

    assert "is damaged" in refused(forged(left, forget))


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "/etc/cron.d/evil", "C:\\evil", "weights-0000.pkl", "weights-0001.pickle",
     "notes.txt", "weights-00.safetensors", "weights-0000.safetensors/x", "é\n"],
)  # fmt: skip
@pytest.mark.parametrize("told", [False, True])
def test_a_member_that_no_run_file_has_is_refused(
    refused: Refused, members: Members, name: str, told: bool
) -> None:
    entry = {"size": 4, "sha256": "0" * 64}

    def tell(manifest: dict[str, Any]) -> None:
        if told:
            manifest["members"][name] = entry

    said = refused({**forged(members, tell), name: b"evil"})
    assert "has a member that no run file has" in said


def test_a_part_too_many_is_refused(refused: Refused, members: Members) -> None:
    more = {**members, "weights-0001.safetensors": members[WEIGHTS]}
    assert "is not in its manifest" in refused(more)

    def tell(manifest: dict[str, Any]) -> None:
        manifest["members"]["weights-0001.safetensors"] = manifest["members"][WEIGHTS]

    assert "not of the epochs" in refused(forged(more, tell))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(
    refused: Refused, members: Members, tmp_path: Path
) -> None:
    write(tmp_path / "run.initviz", members)
    with ZipFile(tmp_path / "run.initviz", "a") as archive:
        archive.writestr(WEIGHTS, members[WEIGHTS])
    assert "twice" in refused()


def test_pickled_code_is_never_run(refused: Refused, members: Members, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, tuple[Path]]:
            return Path.touch, (tmp_path / "evil",)

    code = pickle.dumps(Evil())
    padded = code + bytes(len(members[WEIGHTS]) - len(code))
    assert "its numbers cannot be read" in refused(forged({**members, WEIGHTS: padded}))
    assert "manifest" in refused({**members, "manifest.json": code})
    assert "experiment" in refused(forged({**members, "experiment.toml": code}))


# ---- what does not belong together ----


@pytest.mark.parametrize(
    "change",
    [
        lambda t: {**t, "parameters": t["parameters"].astype(np.float64)},
        lambda t: {**t, "parameters": t["parameters"].astype(np.float16)},
        lambda t: {**t, "parameters": t["parameters"].view(np.int32)},
        lambda t: {**t, "parameters": t["parameters"].transpose(0, 2, 1)},
        lambda t: {**t, "parameters": t["parameters"].reshape(-1)},
        lambda t: {**t, "parameters": t["parameters"][:3]},
        lambda t: {"parameters": t["parameters"]},
        lambda t: {**t, "more": t["epochs"]},
        lambda t: {**t, "epochs": t["epochs"].astype(np.float64)},
        lambda t: {**t, "epochs": t["epochs"][::-1]},
        lambda t: {**t, "epochs": t["epochs"] * 2},
        lambda t: {**t, "epochs": t["epochs"] - 1},
        lambda t: {},
    ],
)
def test_weights_of_another_form_or_of_other_epochs_are_refused(
    refused: Refused, members: Members, change: Callable[[Any], Any]
) -> None:
    tensors = safetensors.numpy.load(members[WEIGHTS])
    other = {name: np.ascontiguousarray(t) for name, t in change(tensors).items()}
    said = refused(forged({**members, WEIGHTS: safetensors.numpy.save(other)}))
    assert "damaged" in said


def test_scalars_of_another_form_are_refused(refused: Refused, members: Members) -> None:
    tensors = safetensors.numpy.load(members[SCALARS])
    for name in tensors:
        other = {**tensors, name: tensors[name].astype(np.float32)}
        assert "damaged" in refused(forged({**members, SCALARS: safetensors.numpy.save(other)}))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("hidden = [", "hidden = [\n    4,", "as its experiment's"),
        ("hidden = [", "hidden = [\n    1000,\n    1000,", "as its experiment's"),
        ('precision = "float32"', 'precision = "float64"', "as its experiment's"),
        ('activation = "tanh"', 'activation = "wobbly"', '"wobbly" is not known'),
        ("epochs = 4", "epochs = -4", "out of range"),
        ("epochs = 4", "epochs = [[[", "not a TOML file"),
        ('dataset = "moons"', 'dataset = "digits"', "its experiment cannot be run"),
    ],
)
def test_another_experiment_is_refused(
    refused: Refused, members: Members, old: str, new: str, words: str
) -> None:
    toml = members["experiment.toml"].decode()
    assert old in toml
    changed = toml.replace(old, new).encode()
    assert words in refused(forged({**members, "experiment.toml": changed}))


@pytest.mark.parametrize(
    "toml",
    [b"\xff\xfe", b"a = " + b"[" * 50_000, b"a" * 100_000, b"x." * 5000 + b"y = 1",
     b"seed = " + b"9" * 5000, b"epochs = inf", b"hidden = [1e400]",
     b'[data]\ndataset = "csv"\nvalues = {classes = "' + b"[" * 50_000 + b'"}',
     b'[data]\ndataset = "csv"\nvalues = {rows = 99999999999999999999}'],
    ids=range(9),
)  # fmt: skip
def test_an_experiment_that_is_none_is_refused(
    refused: Refused, members: Members, toml: bytes
) -> None:
    assert "experiment" in refused(forged({**members, "experiment.toml": toml}))


# ---- what would be large ----


def test_an_archive_that_unpacks_to_more_than_itself_is_refused_unread(
    refused: Refused, members: Members
) -> None:
    bomb = {**members, WEIGHTS: bytes(50 * 2**20)}
    for packing in (ZIP_DEFLATED, ZIP_BZIP2):
        tracemalloc.start()
        said = refused(forged(bomb), packing)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "packed in a way" in said
        assert peak < 55 * 2**20  # what it takes to write it, here
    assert "as its experiment's weights are" in refused(forged(bomb))


def test_a_manifest_that_unpacks_to_gigabytes_is_refused_unread(
    refused: Refused, tmp_path: Path
) -> None:
    with ZipFile(tmp_path / "run.initviz", "w", ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", bytes(64 * 2**20))
    assert "its manifest is too large" in refused()


def test_declared_sizes_are_not_believed(good: Path, refused: Refused, tmp_path: Path) -> None:
    for declared in (2**31, 2**32 - 2, 0, 1):
        path = tmp_path / "run.initviz"
        raw = bytearray(good.read_bytes())
        # The size unpacked, in the list of members at the end: 24 bytes into each entry.
        place = raw.rindex(b"PK\1\2", 0, raw.rindex(b"weights-0000"))
        raw[place + 24 : place + 28] = declared.to_bytes(4, "little")
        path.write_bytes(raw)
        assert "damaged" in refused()
        raw[place + 20 : place + 24] = declared.to_bytes(4, "little")
        path.write_bytes(raw)
        assert "damaged" in refused() or "no run file" in refused()


def test_a_list_of_a_million_members_is_refused_unread(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "run.initviz"
    with ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", b"{}")
    raw = path.read_bytes()
    start, end = raw.index(b"PK\1\2"), raw.index(b"PK\5\6")
    entries = raw[start:end] * 100_000
    tail = bytearray(raw[end:])
    tail[12:16] = len(entries).to_bytes(4, "little")
    path.write_bytes(raw[:start] + entries + tail)
    assert "is no run file" in refused()


def test_overlapping_members_are_refused(
    refused: Refused, members: Members, tmp_path: Path
) -> None:
    """Many names for the same bytes: each of the sizes is true, and their sum is not."""
    path = tmp_path / "run.initviz"
    name = "scalars-{:04}.safetensors"

    def tell(manifest: dict[str, Any]) -> None:
        for number in range(1, 50):
            manifest["members"][name.format(number)] = manifest["members"][SCALARS]

    with ZipFile(path, "w") as archive:
        for each, content in forged(members, tell).items():
            archive.writestr(each, content)
        first = archive.getinfo(SCALARS)
        for number in range(1, 50):
            info = ZipInfo(name.format(number))
            for field in ("header_offset", "file_size", "compress_size", "CRC"):
                setattr(info, field, getattr(first, field))
            archive.filelist.append(info)
    assert "larger than itself" in refused()


# ---- and everything else ----


@st.composite
def spoilt(draw: st.DrawFn, whole: bytes) -> bytes:
    """A good file with some bytes changed, cut out, doubled or put in."""
    raw = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        # Half of them in the list of members at the end, where most of the meaning is.
        tail = draw(st.booleans())
        place = draw(st.integers(max(len(raw) - 1600, 0) if tail else 0, len(raw)))
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(["change", "cut", "double", "put in", "swap"])):
            case "change":
                raw[place : place + length] = draw(st.binary(min_size=length, max_size=length))
            case "cut":
                del raw[place : place + length]
            case "double":
                raw[place:place] = raw[place : place + length]
            case "put in":
                raw[place:place] = draw(st.sampled_from([b"\0", b"\xff" * 4, b"PK\5\6", b"9" * 9]))
            case "swap":
                other = draw(st.integers(0, len(raw)))
                raw[place : place + 4], raw[other : other + 4] = (
                    raw[other : other + 4], raw[place : place + 4],
                )  # fmt: skip
    return bytes(raw)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draws=st.data())
def test_a_spoilt_file_is_refused_or_as_it_was(
    good: Path, tmp_path: Path, draws: st.DataObject
) -> None:
    path = tmp_path / "run.initviz"
    path.write_bytes(draws.draw(spoilt(good.read_bytes())))
    try:
        again = open_run(path, tables=tmp_path)
    except RunFileError:
        return
    assert same(again, recorded())


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draws=st.data(), name=st.sampled_from([WEIGHTS, SCALARS, "experiment.toml"]))
def test_a_spoilt_member_with_the_right_digest_is_refused_or_of_the_right_form(
    members: Members, tmp_path: Path, draws: st.DataObject, name: str
) -> None:
    path = tmp_path / "run.initviz"
    write(path, forged({**members, name: draws.draw(spoilt(members[name]))}))
    try:
        again = open_run(path, tables=tmp_path)
    except RunFileError:
        return
    assert again.kept_epochs() == [0, 1, 2, 3, 4]
    assert again.parameters(4).dtype == np.float32


def test_a_list_of_members_that_is_larger_than_any_is_not_read(
    members: Members, tmp_path: Path
) -> None:
    path = tmp_path / "list.initviz"
    with ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        for number in range(100):  # their remarks stand in the list alone
            info = ZipInfo(f"{number}")
            info.comment = bytes(60_000)
            archive.writestr(info, b"")
    tracemalloc.start()
    try:
        with pytest.raises(RunFileError, match="is no run file, or only a part of one"):
            open_run(path)
        assert tracemalloc.get_traced_memory()[1] < 6 * 2**20
    finally:
        tracemalloc.stop()
