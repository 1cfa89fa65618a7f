from __future__ import annotations

import builtins
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from initviz import cli
from initviz.cli.status import INTERRUPTED
from initviz.interruption import held_back, imports_held_back


@pytest.fixture(autouse=True)
def python_s_own_handler() -> Iterator[None]:
    """As in a program that a terminal has started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_a_block_is_finished_before_it_is_interrupted() -> None:
    done = []

    @held_back()
    def work() -> None:
        for each in (1, 2):
            signal.raise_signal(signal.SIGINT)
            done.append(each)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [1, 2]


def test_an_inner_block_waits_for_the_outer_one() -> None:
    done = []

    @held_back()
    def work() -> None:
        with held_back():
            signal.raise_signal(signal.SIGINT)
        done.append(1)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [1]


def test_a_block_that_fails_is_interrupted_all_the_same() -> None:
    @held_back()
    def work() -> None:
        signal.raise_signal(signal.SIGINT)
        raise ValueError("of the block")

    with pytest.raises(KeyboardInterrupt) as caught:
        work()
    assert isinstance(caught.value.__context__, ValueError)


def test_without_ctrl_c_nothing_happens() -> None:
    with held_back():
        pass
    with pytest.raises(ValueError, match="of the block"), held_back():
        raise ValueError("of the block")


def test_who_listens_to_ctrl_c_hears_of_it_at_the_end() -> None:
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(len(done)))
    done: list[int] = []
    with held_back():
        signal.raise_signal(signal.SIGINT)
        done.append(1)
    assert heard == [1]
    signal.signal(signal.SIGINT, before)


def test_what_ignores_ctrl_c_goes_on_doing_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    with held_back():
        signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    signal.signal(signal.SIGINT, before)


def test_a_thread_beside_the_main_one_changes_nothing() -> None:
    seen = []

    def work() -> None:
        with held_back():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_an_import_is_finished_whoever_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import signal\nsignal.raise_signal(signal.SIGINT)\nDONE = True\n"
    (tmp_path / "interrupted_a").mkdir()
    (tmp_path / "interrupted_a" / "__init__.py").write_text("")
    (tmp_path / "interrupted_a" / "part.py").write_text(text)
    (tmp_path / "interrupted_b.py").write_text(
        "import interrupted_a\nfrom interrupted_a import part\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    before = builtins.__import__
    with pytest.raises(KeyboardInterrupt), imports_held_back():
        import interrupted_b  # noqa: F401
    assert builtins.__import__ is before
    assert sys.modules["interrupted_a.part"].DONE
    for name in ("interrupted_a", "interrupted_a.part", "interrupted_b"):
        monkeypatch.delitem(sys.modules, name)


def test_what_is_imported_already_costs_no_look_at_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    with imports_held_back(), monkeypatch.context() as patched:
        patched.setattr(signal, "signal", fail)
        from json import dumps  # noqa: F401


def test_what_stands_for_a_module_is_imported_from_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Bare:
        __slots__ = ("part",)

    bare = Bare()
    bare.part = 1
    monkeypatch.setitem(sys.modules, "interrupted_bare", bare)
    with imports_held_back():
        from interrupted_bare import part
    assert part == 1


def test_the_import_of_a_part_is_finished_where_its_package_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import signal\nsignal.raise_signal(signal.SIGINT)\nDONE = True\n"
    package = tmp_path / "interrupted_c"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "part.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    __import__("interrupted_c")
    with pytest.raises(KeyboardInterrupt), imports_held_back():
        exec("from interrupted_c import part")
    assert sys.modules["interrupted_c.part"].DONE
    for each in ("interrupted_c", "interrupted_c.part"):
        monkeypatch.delitem(sys.modules, each)


def test_a_relative_import_is_finished_though_another_module_has_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import signal\nsignal.raise_signal(signal.SIGINT)\ndumps = True\n"
    package = tmp_path / "interrupted_d"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "json.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    __import__("json")
    inside = {"__package__": __import__("interrupted_d").__name__}
    with pytest.raises(KeyboardInterrupt), imports_held_back():
        exec("from .json import dumps", inside)
    assert sys.modules["interrupted_d.json"].dumps
    for each in ("interrupted_d", "interrupted_d.json"):
        monkeypatch.delitem(sys.modules, each)


def test_ctrl_c_waits_for_what_a_command_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import signal\nsignal.raise_signal(signal.SIGINT)\nDONE = True\n"
    (tmp_path / "interrupted_e.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)

    def run(_: object) -> int:
        import interrupted_e  # noqa: F401

        raise AssertionError("it is interrupted after the import")

    monkeypatch.setattr("initviz.cli.commands.list.run", run)
    assert cli.main(["list"]) == INTERRUPTED
    assert sys.modules["interrupted_e"].DONE
    monkeypatch.delitem(sys.modules, "interrupted_e")


def test_ctrl_c_waits_for_the_command_s_own_import(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def pressed(name: str) -> None:
        signal.raise_signal(signal.SIGINT)
        done.append(name)

    monkeypatch.setattr(cli, "import_module", pressed)
    assert cli.main(["list"]) == INTERRUPTED
    assert done == ["initviz.cli.commands.list"]
