from __future__ import annotations

import pytest

from initviz.catalog.activations import ACTIVATIONS
from initviz.cli import main
from initviz.spelling import meant


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("rleu", 'did you mean "relu"? '),
        ("Leaky_Relu", 'did you mean "leaky_relu"? '),
        ("what", ""),
        ("", ""),
    ],
)
def test_what_is_close_is_guessed_and_nothing_else(word: str, hint: str) -> None:
    assert meant(word, [*ACTIVATIONS, None]) == hint


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["rendr", "zeros"], 'did you mean "render"?'),
        (["zeros", "extra"], 'there is no "extra"'),
        (["zeroes"], 'did you mean "zeros"?'),
        (["render", "zeros", "--view", "gradient"], 'did you mean "gradients"?'),
        (["train", "zeros", "--set", "activation=rleu"], 'did you mean "relu"?'),
    ],
)
def test_a_misspelt_name_is_told_which_was_meant(
    words: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize("name", ["picture.jpg", "film.webm"])
def test_a_picture_in_a_format_that_is_not_written_does_not_become_a_folder(
    name: str, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", "zeros", "-o", f"{tmp_path}/{name}"]) == 2
    assert "end it in one of png" in capsys.readouterr().err
