from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from initviz.catalog.datasets.csv_column import MOST_LEVELS
from initviz.catalog.datasets.csv_file import (
    CancelledError,
    CsvError,
    Table,
    read_table,
)


def written(folder: Path, text: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes) -> Table:
    return read_table(written(folder, text))


def test_numbers_categories_and_prose_are_told_apart(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{i / 3:.3f},{'ab'[i % 2]},row {i}" for i in range(MOST_LEVELS + 10))
    table = read(tmp_path, f"whole,real,letter,name\n{rows}\n")
    assert [column.kind for column in table.columns] == ["number", "number", "category", "text"]
    assert table.column("letter").levels == ("a", "b")
    numbers = table.column("whole").numbers
    assert numbers is not None
    np.testing.assert_array_equal(numbers, np.arange(MOST_LEVELS + 10))
    np.testing.assert_array_equal(table.lines, np.arange(2, MOST_LEVELS + 12))
    assert table.preview[0] == ("0", "0.000", "a", "row 0")
    assert len(table.digest) == 64


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1;2\n3;4\n", "a\tb\n1\t2\n3\t4\n", "a|b\n1|2\n3|4", "\ufeffa,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r", "a,b\n\n1,2\n\n\n3,4\n\n",
        '"a","b"\n"1","2"\n3,4',
        " a , b \n 1 , 2 \n3,4", "a;b\n1,0;2\n3;4,0\n",
    ],
)  # fmt: skip
def test_every_common_form_says_the_same(tmp_path: Path, text: str) -> None:
    table = read(tmp_path, text)
    assert [column.name for column in table.columns] == ["a", "b"]
    for column, expected in zip(table.columns, ([1, 3], [2, 4]), strict=True):
        assert column.numbers is not None
        assert column.numbers.tolist() == expected


def test_lines_are_those_of_the_file_whatever_is_blank_or_quoted(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1,2\n\n\n3,4\n").lines.tolist() == [2, 5]
    quoted = read(tmp_path, 'a,b\n1,"x\ny"\n\n2,z\n3,z\n')
    assert quoted.lines.tolist() == [2, 5, 6]
    assert quoted.column("b").levels == ("x\ny", "z")


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_without_values_is_no_blank_line(tmp_path: Path, quote: str) -> None:
    table = read(tmp_path, f"a,b\n1,2\n\n,\n{quote}3{quote},4\n")
    assert table.lines.tolist() == [2, 4, 5]
    first = table.column("a").numbers
    assert first is not None
    np.testing.assert_array_equal(first, [1, np.nan, 3])


def test_a_control_character_is_a_text_like_others(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,x\x01\n2,y\n3,x\x01\n")
    table = read_table(path)
    assert table.column("b").levels == ("x\x01", "y")

    path.write_bytes(b"a\x01,b\n1\x01\n")
    with pytest.raises(CsvError, match="line 2 has 1 value, and"):
        read_table(path)


def test_a_value_without_end_is_refused_beside_blank_lines_too(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"a,b\n1,2\n\n3,{'4' * 200_000}\n")
    with pytest.raises(CsvError, match=r"line 4: a value has more than 131072 letters; shorten it"):
        read_table(path)


def test_latin_1_is_read(tmp_path: Path) -> None:
    table = read(tmp_path, "größe,art\n1,süß\n2,süß\n".encode("latin-1"))
    assert [column.name for column in table.columns] == ["größe", "art"]
    assert table.column("art").levels == ("süß",)


def test_missing_values_are_seen_in_every_spelling(tmp_path: Path) -> None:
    words = ["", "NA", "n/a", "NaN", "null", "None", "?"]
    rows = "\n".join([*(f"{word},{word}" for word in words), "1,x", "2,y"])
    table = read(tmp_path, f"n,c\n{rows}\n")
    for column in table.columns:
        assert column.missing is not None
        # A row of nothing but separators is a row, not a blank line.
        assert column.missing.tolist() == [True] * 7 + [False] * 2


BROKEN = {
    "empty": ("", "is empty; it needs a line of names"),
    "blank": ("\n \n", "is empty"),
    "binary": (b"a,b\n\0\1\2", "is not a text file; save the table as CSV in UTF-8"),
    "UTF-16": ("\ufeffa,b\n1,2\n".encode("utf-16-le"), "UTF-16; save the table as CSV in UTF-8"),
    "names only": ("a,b\n", "has a line of names and no rows"),
    "one column": ("a\n1\n2\n", "line 1 has one column only; part the columns by commas"),
    "no header": ("1,2\n3,4\n", "line 1 has numbers where the names"),
    "no name": ("a,,c\n1,2,3\n", "line 1, column 2 has no name"),
    "twice": ("a,b,a\n1,2,3\n", 'line 1 has "a" twice'),
    "too many": ("a,b\n1,2\n1,2,3\n", "line 3 has 3 values, and line 1 names 2 columns"),
    "too few": ("a,b\n1,2\n\n1\n", "line 4 has 1 value, and line 1 names 2 columns"),
    "too many, quoted": ('a,b\n"x\ny",2\n1,2,3\n', "line 4 has 3 values"),
    "open quote": ('a,b\n1,2\n3,"4\n5,6\n', "line 3: a quote is opened and never closed"),
    "stray text": (
        "a,b\n" + "1,2\n" * 30 + "1,two\n" + "1,2\n", 'line 32, column "b": "two" is no number',
    ),
    "infinite": ("a,b\n" + "1,2\n" * 30 + "inf,2\n", 'line 32, column "a": "inf" is no number'),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_the_place(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(CsvError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith("data.csv: ")
    assert message in str(caught.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CsvError, match="cannot be read"):
        read_table(tmp_path / "none.csv")


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        read_table(written(tmp_path, "a,b\n1,2\n3,4\n"), lambda: True)


@given(raw=st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | st.lists(
    st.sampled_from([b"a", b"1", b",", b";", b'"', b"\n", b"\r", b"\xff", b"nan", b"-", b" "]),
    max_size=60).map(b"".join))  # fmt: skip
def test_no_file_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = written(tmp_path_factory.getbasetemp(), raw, "fuzz.csv")
    try:
        table = read_table(path)
    except CsvError:
        return
    assert len(table.columns) >= 2
    assert len(table.lines) >= 1
    for column in table.columns:
        for values in (column.numbers, column.codes):
            assert values is None or len(values) == len(table.lines)


def column_of(texts: list[str], separator: str = ",") -> str:
    quoted = [f'"{text}"' if separator in text else text for text in texts]
    rows = "\n".join(f"{text}{separator}{i}{separator}{i * i}" for i, text in enumerate(quoted))
    return f"a{separator}b{separator}c\n{rows}\n"


MISREAD = {
    "German": ([f"1.{i:03},5" for i in range(30)], ";", 2, '"1.000,5"', "write 1000.5,"),
    "English": ([f"1,{i:03}.5" for i in range(30)], ",", 2, '"1,000.5"', "write 1000.5,"),
    "Swiss": ([f"1'{i:03}" for i in range(30)], ",", 2, "\"1'000\"", "write 1000,"),
    "spaces": ([f"1\u202f{i:03}" for i in range(30)], ",", 2, "000", "write 1000,"),
    "few": (["$1,000", "$2,000"] * 10, ",", 2, '"$1,000"', "write 1000 (or 1.000),"),
    "per cent": ([f"{i} %" for i in range(30)], ",", 2, '"0 %"', "write 0,"),
    "decimal commas": ([f"{i},5" for i in range(30)], ",", 2, '"0,5"', "write 0.5,"),
    "from 1000 on": (
        [*(str(i) for i in range(9)), *["1,200"] * 9], ",", 11, '"1,200"', "write 1200 (or 1.200)",
    ),
    "beside decimal commas": (
        [*(f"{i},5" for i in range(9)), "1.000"], ";", 11, '"1.000"', "write 1000 (or 1.000)",
    ),
    "beside small ones": (
        [*(str(i) for i in range(9)), "1,000"], ";", 11, '"1,000"', "write 1000 (or 1.000)",
    ),
    "too large": ([f"1e{i}" for i in range(300, 315)], ",", 2, "1e300", "write at most 1e+100"),
    "infinite": (["-1e999"] * 15, ",", 2, "-1e999", "write at most 1e+100"),
    "every fourth": (
        ["x" if i % 4 == 3 else str(i) for i in range(30)], ",", 5, '"x"', "as 23 of 30 are; mend",
    ),
    "every fourth of many": (
        ["x" if i % 4 == 3 else str(i) for i in range(99)], ",", 5, '"x"', "as 75 of 99 are; mend",
    ),
    "few measurements": (
        ["x" if i % 4 == 3 else f"{i}.5" for i in range(8)], ",", 5, '"x"', "as 6 of 8 are; mend",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("texts", "separator", "line", "cell", "cure"), MISREAD.values(),
                         ids=MISREAD)  # fmt: skip
def test_numbers_that_cannot_be_read_are_refused_and_do_not_become_categories(
    tmp_path: Path, texts: list[str], separator: str, line: int, cell: str, cure: str
) -> None:
    with pytest.raises(CsvError) as caught:
        read(tmp_path, column_of(texts, separator))
    assert str(caught.value).startswith(f'data.csv: line {line}, column "a": ')
    assert cell in str(caught.value)
    assert cure in str(caught.value)


def test_points_are_no_decimal_ones_beside_a_column_of_decimal_commas(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},5;{i + 1}.000" for i in range(12))
    with pytest.raises(CsvError, match=r'line 2, column "b": "1\.000" is a number in another'):
        read(tmp_path, f"a;b\n{rows}\n")


@pytest.mark.parametrize(
    "texts",
    [
        ["yes", "no"] * 10, ["2", "3", "4", "5more"] * 10, ["1", "2", "3+"] * 10,
        [f"2024-01-{i:02}" for i in range(1, 31)], [f"{i:02}.03.2024" for i in range(1, 31)],
        ["1-2", "3-5"] * 10, ["A1", "B2", "7"] * 10,
    ],
)  # fmt: skip
def test_words_dates_and_few_numbers_with_words_stay_categories(
    tmp_path: Path, texts: list[str]
) -> None:
    column = read(tmp_path, column_of(texts)).columns[0]
    assert column.levels == tuple(sorted(set(texts)))


@pytest.mark.parametrize("name", ["10.12.{}", "001.{}.003", "0_{}"])
def test_names_of_digits_and_points_stay_text(tmp_path: Path, name: str) -> None:
    texts = [name.format(100 + each) for each in range(60)]
    assert read(tmp_path, column_of(texts)).columns[0].kind == "text"


def test_names_of_which_most_are_numbers_stay_text(tmp_path: Path) -> None:
    texts = [f"PC {i}" if i % 4 == 3 else str(i) for i in range(99)]  # as of tickets
    assert read(tmp_path, column_of(texts)).columns[0].kind == "text"


@pytest.mark.parametrize("text", ["1,250", "0,125", "12,5"])
def test_decimal_commas_with_any_number_of_digits_are_read(tmp_path: Path, text: str) -> None:
    numbers = read(tmp_path, column_of([text] * 9, ";")).columns[0].numbers
    assert numbers is not None
    assert numbers.tolist() == [float(text.replace(",", "."))] * 9
