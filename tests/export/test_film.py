from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from initviz.engine import probe, record
from initviz.experiment import DataSettings, Experiment, Lane
from initviz.export.film import Epochs, Film, FilmError, FilmFileError, Filming, write_film
from initviz.export.gif import GifWriter, Palette
from initviz.export.options import FORMATS
from initviz.parts import Part, Wanted
from initviz.recording import Recording
from initviz.views import VIEWS
from initviz.views.page import PAGES
from initviz.views.style import DARK, STYLES
from tests.export.drawing import image_of

pytestmark = pytest.mark.usefixtures("qapp")

EPOCHS = 6
SIZE = (400, 300)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(
        Experiment(
            data=DataSettings(values={"samples": 64}), hidden=(8, 8), epochs=EPOCHS,
            lanes=(Lane(scheme="normal"), Lane(scheme="xavier_uniform")), learning_rate=0.5,
        )
    )  # fmt: skip


def film(**changes: Any) -> Film:
    return Film(**{"what": "gradients", "size": SIZE, **changes})


def frames(path: Path) -> list[NDArray[np.uint8]]:
    """Every frame of a film as another program sees it, (height, width, 3)."""
    if path.suffix == ".gif":
        with Image.open(path) as gif:
            return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(gif)]
    with av.open(path) as mp4:
        return [frame.to_ndarray(format="rgb24") for frame in mp4.decode(video=0)]


def seconds(path: Path) -> float:
    if path.suffix == ".gif":
        with Image.open(path) as gif:
            delays = [frame.info["duration"] for frame in ImageSequence.Iterator(gif)]
            return sum(delays) / 1000
    with av.open(path) as mp4:
        assert mp4.duration is not None
        return mp4.duration / 1e6


def picture(recording: Recording, epoch: int, style: str, height: int) -> NDArray[np.uint8]:
    shown = probe(recording, epoch, Wanted(parts=frozenset(Part)))
    image = image_of(shown, "gradients", style, (SIZE[0], height))
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(height, SIZE[0], 4)
    return pixels[..., 2::-1].copy()


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_a_film_has_a_frame_for_every_epoch(
    recording: Recording, tmp_path: Path, format_: str, style: str
) -> None:
    path = tmp_path / f"film.{format_}"
    write_film(path, recording, film(format=format_, theme=style, rate=15))

    found = frames(path)
    assert [frame.shape for frame in found] == [(SIZE[1], SIZE[0], 3)] * (EPOCHS + 1)
    assert seconds(path) == pytest.approx((EPOCHS + 1) / 15, abs=0.006)
    assert all((a != b).any() for a, b in pairwise(found))
    # The pictures of the same epochs, but for the ranges of axes that hold the others, too.
    height = SIZE[1] - 28
    last = picture(recording, EPOCHS, style, height).astype(int)
    away = np.abs(found[-1][:height].astype(int) - last).max(axis=-1)
    assert np.median(away) <= 3
    assert (away > 24).mean() < 0.08
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_an_mp4_is_h264_that_every_player_takes(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, recording, film(rate=12))

    with av.open(path) as mp4:
        stream = mp4.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == 12
    data = path.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")  # it plays while it is being loaded


def test_a_gif_is_repeated_for_ever(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    write_film(path, recording, film(format="gif"))

    with Image.open(path) as gif:
        assert gif.info["loop"] == 0


@pytest.mark.parametrize(("asked", "given"), [((401, 301), (402, 302)), ((402, 302), (402, 302))])
def test_an_mp4_of_odd_size_is_a_pixel_larger_and_filled(
    recording: Recording, tmp_path: Path, asked: tuple[int, int], given: tuple[int, int]
) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, recording, film(size=asked, theme="light", epochs=Epochs(0, 1)))

    height, width = frames(path)[0].shape[:2]
    assert (width, height) == given
    assert frames(path)[0][-1].min() > 200  # no black line below
    assert frames(path)[0][:, -1].min() > 150


def test_a_gif_keeps_its_odd_size(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    write_film(path, recording, film(size=(401, 301), format="gif", epochs=Epochs(0, 1)))

    assert frames(path)[0].shape == (301, 401, 3)


def test_only_the_epochs_asked_for_are_shown(recording: Recording, tmp_path: Path) -> None:
    with Filming(tmp_path / "film.gif", recording, film(epochs=Epochs.parse("1:5:2"))) as filming:
        assert filming.epochs == [1, 3, 5]
    with Filming(tmp_path / "film.gif", recording, film()) as filming:
        assert filming.epochs == [*range(EPOCHS + 1)]


def test_epochs_whose_weights_are_gone_are_left_out(recording: Recording, tmp_path: Path) -> None:
    thinned = record(recording.experiment, budget=1500)
    assert 0 < len(thinned.kept_epochs()) < EPOCHS
    path = tmp_path / "film.gif"
    write_film(path, thinned, film(format="gif"))

    assert len(frames(path)) == len(thinned.kept_epochs())


def test_the_counter_has_a_strip_of_its_own(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    write_film(path, recording, film(format="gif"))
    first, *rest = (frame[-28:] for frame in frames(path))
    assert all((strip != first).any() for strip in rest)
    ground = tuple(int(DARK.window[i : i + 2], 16) for i in (1, 3, 5))
    assert (first[0] == ground).all()  # neither cut off nor drawn over
    assert (first[-1] == ground).all()

    write_film(path, recording, film(format="gif", counter=False))
    bare = [frame[-28:] for frame in frames(path)]
    assert (bare[0][-14] != first[-14]).any()


@pytest.mark.parametrize("what", ["activations", "gradients", "history", "movement"])
def test_axes_stand_still(recording: Recording, tmp_path: Path, what: str) -> None:
    ranges = []
    with Filming(tmp_path / "film.mp4", recording, film(what=what)) as filming:
        while filming.done < filming.total - 1:
            filming.step()
            if filming.done > len(filming.epochs):
                plots = filming._frames._stage.shown.canvas.ci.items  # type: ignore[union-attr]
                ranges.append([p.vb.viewRange() for p in plots if hasattr(p, "vb")])

    assert ranges[0]
    assert all(found == ranges[0] for found in ranges)


def test_twice_the_scale_draws_the_same_sharper(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    few = Epochs(0, 1)
    write_film(path, recording, film(format="gif", epochs=few))
    once = frames(path)[0]
    write_film(path, recording, film(format="gif", size=(800, 600), scale=2, epochs=few))
    twice = frames(path)[0]

    assert twice.shape == (600, 800, 3)
    halved = np.asarray(Image.fromarray(twice).resize(SIZE, Image.Resampling.BOX))
    assert np.abs(halved.astype(int) - once).mean() < 6
    assert (np.repeat(np.repeat(once, 2, 0), 2, 1) != twice).any(axis=-1).mean() > 0.01


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("share", [0, 0.5, 0.9])
def test_a_film_given_up_leaves_the_old_file(
    recording: Recording, tmp_path: Path, format_: str, share: float
) -> None:
    path = tmp_path / f"film.{format_}"
    path.write_bytes(b"the old one")

    def cancel(done: int, total: int) -> None:
        if done >= share * total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_film(path, recording, film(format=format_), cancel)
    assert path.read_bytes() == b"the old one"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("format_", FORMATS)
def test_progress_counts_every_step(recording: Recording, tmp_path: Path, format_: str) -> None:
    seen: list[tuple[int, int]] = []
    told = film(format=format_)
    write_film(tmp_path / "film", recording, told, lambda *step: seen.append(step))

    steps = 2 * (EPOCHS + 1)
    assert seen == [(done, steps) for done in range(steps + 1)]


class FullDisk:
    """A file on a disk that has room for so many bytes."""

    def __init__(self, file: Any, room: int) -> None:
        self._file, self._room = file, room

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > self._room:
            raise OSError(28, "No space left on device")
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


@pytest.fixture(params=[0, 3000])
def full_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    from os import fdopen

    monkeypatch.setattr("initviz.whole.os.fdopen", lambda *to: FullDisk(fdopen(*to), request.param))


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_the_old_file_and_is_named(
    recording: Recording, tmp_path: Path, format_: str
) -> None:
    path = tmp_path / f"film.{format_}"
    path.write_bytes(b"the old one")
    with pytest.raises(FilmFileError, match="No space left") as raised:
        write_film(path, recording, film(format=format_))

    assert str(path) in str(raised.value)
    assert path.read_bytes() == b"the old one"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_missing_folder_is_named_before_anything_is_drawn(
    recording: Recording, tmp_path: Path
) -> None:
    with pytest.raises(FilmFileError, match="No such file"):
        Filming(tmp_path / "missing" / "film.gif", recording, film(format="gif"))


@pytest.fixture
def no_av(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)


@pytest.mark.usefixtures("no_av")
def test_without_pyav_an_mp4_says_how_to_get_it_and_a_gif_is_made(
    recording: Recording, tmp_path: Path
) -> None:
    with pytest.raises(FilmError, match=r"pip install av"):
        write_film(tmp_path / "film.mp4", recording, film())
    assert list(tmp_path.iterdir()) == []

    write_film(tmp_path / "film.gif", recording, film(format="gif", epochs=Epochs(0, 1)))
    assert (tmp_path / "film.gif").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"what": "nothing"}, 'there is no "nothing"; choose from overview'),
        ({"theme": "pink"}, "choose from dark, light"),
        ({"format": "avi"}, "choose from mp4, gif"),
        ({"scale": 3}, "choose from 1, 2, 4"),
        ({"size": (100, 300)}, "write 200x200 to 4096x4096"),
        ({"rate": 0}, "write 1 to 60 for MP4"),
        ({"rate": 51, "format": "gif"}, "write 1 to 50 for GIF"),
    ],
)
def test_what_cannot_be_filmed_says_what_can(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(FilmError, match=words):
        film(**changes)


@pytest.mark.parametrize("text", ["", "3", "5:2", "1:2:0", "a:b", "1:2:3:4", "-1:3"])
def test_a_range_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FilmError, match="write FIRST:LAST:STEP"):
        Epochs.parse(text)


def test_a_range_may_leave_its_ends_out() -> None:
    assert Epochs.parse("::") == Epochs.parse(":") == Epochs(0, None, 1)
    assert Epochs.parse("2::3") == Epochs(2, None, 3)


def test_epochs_that_the_run_lacks_are_named(recording: Recording, tmp_path: Path) -> None:
    with pytest.raises(FilmError, match=f"epochs 0 to {EPOCHS}"):
        Filming(tmp_path / "film.gif", recording, film(epochs=Epochs(0, EPOCHS + 1)))


def test_a_film_too_small_for_its_page_says_how_large_it_has_to_be(
    recording: Recording, tmp_path: Path
) -> None:
    with pytest.raises(FilmError, match=r"write at least (\d+)x(\d+)") as raised:
        write_film(tmp_path / "film.gif", recording, film(what="overview", format="gif"))
    assert list(tmp_path.iterdir()) == []

    width, height = map(int, str(raised.value).split()[-1].split("x"))
    large = film(what="overview", size=(width, height), format="gif", epochs=Epochs(0, 0))
    write_film(tmp_path / "film.gif", recording, large)
    assert frames(tmp_path / "film.gif")[0].shape == (height, width, 3)


@pytest.mark.parametrize("what", [*PAGES, *VIEWS])
def test_everything_can_be_filmed(recording: Recording, tmp_path: Path, what: str) -> None:
    path = tmp_path / "film.gif"
    asked = film(what=what, size=(800, 560), format="gif", epochs=Epochs(0, EPOCHS, EPOCHS))
    write_film(path, recording, asked)

    first, last = frames(path)
    assert (first[:-28] != last[:-28]).any()


def test_the_colours_of_grounds_are_exact_and_thin_lines_keep_theirs(tmp_path: Path) -> None:
    frame = np.zeros((200, 300, 4), np.uint8)
    frame[..., :3] = 255
    frame[:, 150:, :3] = np.linspace(0, 255, 150)[None, :, None]
    frame[40, :, :3] = (10, 120, 240)  # blue first
    palette = Palette([0xFFFFFF], [])
    palette.see(frame)
    path = tmp_path / "film.gif"
    with path.open("wb") as file:
        writer = GifWriter(file, (300, 200), 10, palette.choose())
        for _ in range(3):
            writer.add(frame)
        writer.close()

    found = frames(path)
    assert len(found) == 3  # frames in which nothing moves count, too
    for image in found:
        away = np.abs(image.astype(int) - frame[..., 2::-1].astype(int))
        assert (away[:40, :100] == 0).all()
        assert away.max() <= 6
