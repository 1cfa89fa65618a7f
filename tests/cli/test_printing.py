from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from initviz import cli
from initviz.cli.catalogue import TOPICS

LONG = 300 * "a"
DIGITS = 5000 * "9"


def printed(
    monkeypatch: pytest.MonkeyPatch, encoding: str, *words: str, errors: str = "strict"
) -> str:
    """What a command writes where standard output has this encoding, as it has in a pipe."""
    raw = io.BytesIO()
    with monkeypatch.context() as patched:
        stream = io.TextIOWrapper(raw, encoding=encoding, errors=errors)
        patched.setattr(sys, "stdout", stream)
        assert cli.main(words) == 0
        stream.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("encoding", "errors"),
    [("cp1252", "strict"), ("ascii", "strict"), ("ascii", "surrogateescape")],  # the locale C
)
@pytest.mark.parametrize("topic", ["schemes", "activations", "lessons"])
def test_what_an_encoding_lacks_is_written_as_a_code(
    monkeypatch: pytest.MonkeyPatch, encoding: str, errors: str, topic: str
) -> None:
    said = printed(monkeypatch, encoding, "list", topic, errors=errors)
    assert next(iter(TOPICS[topic]())).name in said


@pytest.mark.parametrize("topic", ["schemes", "lessons"])
def test_json_is_the_same_in_every_encoding(monkeypatch: pytest.MonkeyPatch, topic: str) -> None:
    utf8, *others = (
        printed(monkeypatch, encoding, "list", topic, "--json")
        for encoding in ("utf-8", "cp1252", "ascii")
    )
    assert all(json.loads(other) == json.loads(utf8) for other in others)
    assert "\\u" not in utf8  # people can read it


@pytest.mark.parametrize(
    "words",
    [
        ["script", f"{LONG}.toml"],
        ["train", "zeros", "-o", LONG],
        ["train", "zeros", "--set", f"lanes.{DIGITS}.scale=2"],
        ["table", "zeros", "--epoch", DIGITS],
        ["train", DIGITS],
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_names_and_numbers_without_end_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: list[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert cli.main(words) == 2
    assert capsys.readouterr().err.startswith("initviz: ")
