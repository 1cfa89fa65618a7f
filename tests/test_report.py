from __future__ import annotations

import platform
import sys
import threading
from pathlib import Path

import pytest

from initviz.catalog.datasets.csv_file import CsvError
from initviz.experiment import Experiment, ExperimentError
from initviz.report import (
    LONGEST,
    LONGEST_MESSAGE,
    PACKAGES,
    Incident,
    explain,
    foreseen,
    report,
    shortened,
    tell,
    without_home,
)
from initviz.version import __version__


class SulkyError(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def too_deep(depth: int = 0) -> int:
    return too_deep(depth + 1) + 1


def test_an_incident_says_what_happened_where_and_in_which_thread() -> None:
    found: list[Incident] = []

    def work() -> None:
        found.append(Incident.of(raised(KeyError("seed"))))

    thread = threading.Thread(target=work, name="reader")
    thread.start()
    thread.join()
    (incident,) = found
    assert incident.summary == "KeyError: 'seed'"
    assert incident.thread == "reader"
    assert "in raised" in incident.traceback


def test_an_error_that_cannot_say_what_it_is_is_described_all_the_same() -> None:
    incident = Incident.of(raised(SulkyError()))
    assert incident.kind == "SulkyError"
    assert "in raised" in incident.traceback


def test_what_qt_s_bindings_put_before_a_message_is_left_out() -> None:
    words = "Error calling Python override of QWidget::paintEvent(): "
    assert Incident.of(raised(ValueError(f"{words}{words}no"))).summary == "ValueError: no"


def test_an_incident_is_bounded_however_deep_and_long_its_error_is() -> None:
    with pytest.raises(RecursionError) as caught:
        too_deep()
    assert len(Incident.of(caught.value).traceback) < LONGEST + 100
    long = Incident.of(raised(ValueError("x" * 10**6)))
    assert len(long.traceback) < LONGEST + 100
    assert len(long.message) < LONGEST_MESSAGE + 10


def test_the_same_error_has_the_same_place_whatever_its_numbers_are() -> None:
    one, two = (Incident.of(raised(ValueError(f"at {n}"))) for n in (1, 2))
    other = Incident.of(raised(TypeError("at 1")))
    assert one.place == two.place != other.place


def test_an_incident_holds_no_frame_of_its_error() -> None:
    incident = Incident.of(raised(ValueError("no")))
    assert all(isinstance(value, str | tuple) for value in vars(incident).values())


@pytest.mark.parametrize("error", [CsvError("line 3"), ExperimentError("hidden: too many")])
def test_errors_of_initviz_are_foreseen(error: Exception) -> None:
    assert foreseen(error)


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("x"), OSError("x")])
def test_other_errors_are_not(error: Exception) -> None:
    assert not foreseen(error)


def test_a_report_has_all_that_is_needed_to_look_into_an_error() -> None:
    incident = Incident.of(raised(ZeroDivisionError("division by zero")))
    text = report([(incident, 312)], Experiment().to_toml(), "display xcb", "a line of the log")
    for wanted in (
        f"initviz {__version__}", "ZeroDivisionError: division by zero", "312 times", "in raised",
        "thread MainThread", "Python 3.", platform.machine(), "display xcb",
        "batch_size", "a line of the log", *PACKAGES,
    ):  # fmt: skip
        assert wanted in text


def test_a_report_does_not_say_whose_home_it_is_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    experiment = f'path = "{tmp_path}/secret.csv"'
    assert str(tmp_path) not in report(experiment=experiment, log=f"opened {tmp_path}")
    assert without_home(f"{tmp_path}-other") == f"{tmp_path}-other"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("cannot open /home/ann.", "cannot open ~."),
        ("/home/ann. Choose another", "~. Choose another"),
        ("/home/ann: no space", "~: no space"),
        ("/home/ann - no space", "~ - no space"),
        ("'/home/ann'", "'~'"),
        ("file:///home/ann/a.csv", "file://~/a.csv"),
        ("PATH=/usr/bin:/home/ann/bin", "PATH=/usr/bin:~/bin"),
        ("/home/ann/.config and /home/ann", "~/.config and ~"),
        ("/home/ann/home/ann", "~/home/ann"),
        ("/home/ann.bak/a.csv", "/home/ann.bak/a.csv"),
        ("/home/ann-old/a.csv", "/home/ann-old/a.csv"),
        ("/home/ann.-old", "/home/ann.-old"),
        ("/home/ann@work/a.csv", "/home/ann@work/a.csv"),
        ("/home/anna/a.csv", "/home/anna/a.csv"),
        ("/home/ann2", "/home/ann2"),
        ("/mnt/home/ann/a.csv", "/mnt/home/ann/a.csv"),
        ("/old-/home/ann", "/old-/home/ann"),
    ],
)
def test_only_the_home_folder_itself_is_hidden(
    monkeypatch: pytest.MonkeyPatch, text: str, hidden: str
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))
    assert without_home(text) == hidden


def test_a_windows_home_is_hidden_however_its_path_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Path, "home", lambda: r"C:\Users\ada")
    for written in (r"C:\Users\ada\a.csv", r"C:\\Users\\ada\\a.csv", "C:/Users/ada/a.csv"):
        assert "ada" not in without_home(written)


def test_a_report_can_be_made_where_there_is_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", none)
    assert f"initviz {__version__}" in report()


def test_a_home_that_is_the_whole_disk_leaves_paths_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/"))
    assert without_home("/tmp/a/b") == "/tmp/a/b"


def test_what_was_being_done_is_in_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Incident] = []
    monkeypatch.setattr(sys, "excepthook", lambda _, error, trace: told.append(
        Incident.of(error, trace)))  # fmt: skip
    tell(raised(ValueError("no")), "drawing a thumbnail")
    assert "(while drawing a thumbnail)" in told[0].traceback


def test_a_foreseen_error_is_explained_in_its_own_words_and_told_to_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *error: told.append(error))
    assert explain(raised(CsvError("line 3 is too long")), "reading") == "line 3 is too long"
    assert told == []
    assert explain(raised(KeyError("x")), "reading") == "KeyError: 'x'"
    assert len(told) == 1


def test_a_long_text_loses_its_middle() -> None:
    assert shortened("abc", 3) == "abc"
    short = shortened("a" * 50 + "b" * 50, 20)
    assert short.startswith("a" * 10 + "\n")
    assert short.endswith("\n" + "b" * 10)
