"""Spoiling run files: the archive, or its members behind a manifest that agrees with them."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import warnings
from collections.abc import Sequence
from random import Random
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

from stress.fuzzing.mutate import bytes_spoilt

MANIFEST = "manifest.json"
NAMES = [
    "../../evil", "/etc/passwd", "C:\\evil", "a" * 60_000, "table.csv", "weights-0000.pkl",
    "weights-9999.safetensors", "scalars-0001.safetensors", "experiment.toml", MANIFEST, "é\n", "",
]  # fmt: skip
VALUES: list[Any] = [
    -1,
    0,
    1,
    2,
    10**9,
    10**18,
    2**63,
    10**400,
    1.5,
    1e308,
    True,
    None,
    "",
    "x" * 10_000,
    [],
    {},
    [-1] * 9,
    [10**9],
    "0" * 64,
    [[[[]]]],
    "NaN",
    "../x",
]
DTYPES = ["F16", "BF16", "F8_E4M3", "I8", "U64", "BOOL", "F64", "F32", "I64", "C64", "X", ""]

Members = dict[str, bytes]


def archive_spoilt(raw: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """A spoilt run file: by its bytes, its structure or its members."""
    match random.randrange(10):
        case 0 | 1:
            return bytes_spoilt(raw, random, others)
        case 2 | 3:
            return _structure(raw, random)
    members = _members(raw)
    names = sorted(members)
    for _ in range(random.choice((1, 1, 2))):
        _member_spoilt(members, random.choice(names), random, [_members(o) for o in others[:3]])
    if random.random() < 0.9:
        _sealed(members)
    if random.random() < 0.3 and MANIFEST in members:
        members[MANIFEST] = _json_spoilt(members[MANIFEST], random)
    return _written(members, random)


def _members(raw: bytes) -> Members:
    with ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _member_spoilt(members: Members, name: str, random: Random, others: Sequence[Members]) -> None:
    content = members.get(name, b"")
    match random.randrange(8):
        case 0:
            members.pop(name, None)
        case 1:
            members[random.choice(NAMES)] = content
        case 2:
            members[name] = random.choice(others).get(name, b"")
        case 3 | 4 if name.endswith(".safetensors") and len(content) > 8:
            members[name] = _tensors_spoilt(content, random)
        case 5 if name.endswith(".safetensors") and len(content) > 8:
            members[name] = _numbers_spoilt(content, random)
        case _:
            members[name] = bytes_spoilt(content, random, [o.get(name, b"x") for o in others])


def _tensors_spoilt(content: bytes, random: Random) -> bytes:
    """Another header before the same numbers, which says as long as it is, or another length."""
    (size,) = struct.unpack("<Q", content[:8])
    header, numbers = content[8 : 8 + size], content[8 + size :]
    changed = _json_spoilt(header, random)
    length = random.choice((len(changed),) * 6 + (0, 1, size, 2**31, 2**63, 2**64 - 1))
    return struct.pack("<Q", length) + changed + numbers


def _numbers_spoilt(content: bytes, random: Random) -> bytes:
    """The same tensors with other numbers: NaN, infinities, huge ones."""
    spoilt = bytearray(content)
    (size,) = struct.unpack("<Q", content[:8])
    new = struct.pack("<d", random.choice((float("nan"), float("inf"), -1e308, 5e-324, -0.0, 1e39)))
    for _ in range(random.choice((1, 10, 500))):
        at = 8 + size + 4 * random.randrange(max(1, (len(content) - size - 8) // 4))
        spoilt[at : at + 8] = new[: max(0, len(spoilt) - at)]
    return bytes(spoilt[: len(content)])


def _json_spoilt(raw: bytes, random: Random) -> bytes:
    if random.random() < 0.3:
        return bytes_spoilt(raw, random, [raw])
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    node: Any = whole
    while True:
        if not isinstance(node, (dict, list)) or not node:
            break
        keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = random.choice(keys)
        if isinstance(node[key], (dict, list)) and random.random() < 0.8:
            node = node[key]
            continue
        match random.randrange(6):
            case 0 if isinstance(node, dict):
                del node[key]
            case 1 if isinstance(node, dict):
                node[random.choice(NAMES)] = node[key]
            case 2:
                node[key] = random.choice(DTYPES)
            case 3 if isinstance(node[key], int):
                node[key] += random.choice((-8, -4, -1, 1, 4, 8, 2**31, 2**62))
            case _:
                node[key] = random.choice(VALUES)
        break
    return json.dumps(whole).encode()


def _sealed(members: Members) -> None:
    """Let the manifest agree with what the members have become."""
    try:
        manifest = json.loads(members[MANIFEST])
        for name, content in members.items():
            if name != MANIFEST:
                entry = manifest["members"].setdefault(name, {})
                entry.update(size=len(content), sha256=hashlib.sha256(content).hexdigest())
        members[MANIFEST] = json.dumps(manifest).encode()
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        pass


def _written(members: Members, random: Random) -> bytes:
    file = io.BytesIO()
    packing = random.choice((ZIP_STORED,) * 12 + (ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA))
    with warnings.catch_warnings(), ZipFile(file, "w", packing) as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        items = list(members.items())
        if random.random() < 0.1:
            random.shuffle(items)
        for name, content in items:
            info = ZipInfo(name or "x")
            info.compress_type = packing
            if name == "table.csv" and random.random() < 0.8:
                info.compress_type = ZIP_DEFLATED
            info.external_attr = random.choice((0o644, 0o644, 0o120777)) << 16
            archive.writestr(info, content)
        if random.random() < 0.03:
            archive.writestr(ZipInfo(random.choice(items)[0] if items else "x"), b"twice")
        if random.random() < 0.02:
            bomb = ZipInfo("table.csv")
            bomb.compress_type = ZIP_DEFLATED
            archive.writestr(bomb, bytes(20_000_000))
    return file.getvalue()


def _structure(raw: bytes, random: Random) -> bytes:
    """Another number in one of the archive's own records."""
    spoilt = bytearray(raw)
    marks = [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"]
    found = [at for mark in marks for at in _all(raw, mark)]
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.choice(found) + random.randrange(4, 46)
        width = random.choice((1, 2, 4))
        new = random.choice((0, 1, 8, 0xFF, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF, random.getrandbits(32)))
        spoilt[at : at + width] = (new & (2 ** (8 * width) - 1)).to_bytes(width, "little")
    if random.random() < 0.1:  # says that there is a ZIP64 record
        end = raw.rfind(b"PK\x05\x06")
        record = b"PK\x06\x06" + random.randbytes(52) + b"PK\x06\x07" + random.randbytes(16)
        spoilt[end:end] = record
    return bytes(spoilt)


def _all(raw: bytes, mark: bytes) -> list[int]:
    places, at = [], raw.find(mark)
    while at >= 0:
        places.append(at)
        at = raw.find(mark, at + 1)
    return places
