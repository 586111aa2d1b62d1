"""Bytes of a text file into blocks of whole records, each record with its physical line, in bounded memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.ingest.format import LONGEST_RECORD

SIZE = 16 << 20  # bytes read at a time
Reject = tuple[int, str]  # line, reason
Ints = NDArray[np.int64]

TOO_LONG = "longer than 1 MB, or a quotation mark that is never closed"
BARE_RETURN = "a carriage return without a line feed"


class DamagedError(Exception):
    """A file that ends before its end: what came before the damage was read."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True)
class Block:
    """Whole records: `data[starts[n]:ends[n]]` is the one on physical line `lines[n]`, blank ones left out."""

    data: bytes
    starts: Ints
    ends: Ints
    lines: Ints
    rejects: list[Reject]
    read: int  # bytes of the file on disk so far


def chunks(path: Path, size: int) -> Iterator[tuple[bytes, int]]:
    """The content of a plain or gzip file, with the bytes of the file on disk that it took.

    Raises DamagedError where a gzip file breaks off.
    """
    with path.open("rb") as file:
        if path.suffix != ".gz":
            while data := file.read(size):
                yield data, file.tell()
            return
        unzip, taken, complete = zlib.decompressobj(wbits=31), 0, False
        packed = b""
        while packed or (packed := file.read(size >> 3)):
            taken, complete = file.tell(), False
            try:
                data = unzip.decompress(packed, size)
            except zlib.error as error:
                raise DamagedError("the gzip data is damaged") from error
            packed = unzip.unconsumed_tail
            if unzip.eof:
                packed, unzip, complete = unzip.unused_data.lstrip(b"\0"), zlib.decompressobj(wbits=31), True
            if data:  # a header alone gives nothing yet, which is not the end
                yield data, taken
        if not complete:
            raise DamagedError("the gzip data breaks off")


def blocks(path: Path, *, quotes: bool, size: int = SIZE) -> Iterator[Block]:
    """Read a file as blocks of records.

    A record ends at a line feed outside quotation marks. One that does not end within 1 MB is rejected and
    reading goes on with its next physical line, so that neither a long line nor an open quotation mark
    can take the memory or the rest of the file. Raises DamagedError with the line that the file ended at.
    """
    rest, line, skipping, read = b"", 1, False, 0
    source = chunks(path, size)
    while True:
        damage: DamagedError | None = None
        try:
            data, read = next(source, (b"", read))
        except DamagedError as error:
            data, damage = b"", error
        last = not data
        if skipping:
            newline = data.find(b"\n")
            line, skipping = line + (newline >= 0), newline < 0 and not last
            data = data[newline + 1 :] if newline >= 0 else b""
            if skipping:
                continue
        rest += data
        if last and damage is None and rest and not rest.endswith(b"\n"):
            rest += b"\n"
        rejects: list[Reject] = []
        while True:
            block, rest, line = _cut(rest, line, quotes, read)
            yield block
            if damage is not None or not rest or (len(rest) <= LONGEST_RECORD and not last):
                break
            newline = rest.find(b"\n")
            rejects.append((line, TOO_LONG))
            skipping = newline < 0
            rest, line = (b"", line) if skipping else (rest[newline + 1 :], line + 1)
        if rejects:
            yield Block(b"", *(np.empty(0, np.int64),) * 3, rejects, read)
        if damage is not None:
            raise DamagedError(damage.reason, line)
        if last:
            return


def _cut(data: bytes, line: int, quotes: bool, read: int) -> tuple[Block, bytes, int]:
    """The whole records at the head of `data`, what is left of it, and the line that begins there."""
    buffer = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(buffer == 0x0A)
    at = _outside(buffer, newlines) if quotes and b'"' in data else np.arange(len(newlines))
    if not len(at):
        none = np.empty(0, np.int64)
        return Block(b"", none, none, none, [], read), data, line
    ends = newlines[at] + 1
    starts = np.concatenate(([0], ends[:-1]))
    lines = line + np.concatenate(([0], at[:-1] + 1))
    block = _keep(data, buffer, starts, ends, lines, read)
    return block, data[ends[-1] :], line + int(at[-1]) + 1


def _keep(data: bytes, buffer: NDArray[np.uint8], starts: Ints, ends: Ints, lines: Ints, read: int) -> Block:
    """Leave out blank records, and reject those that are too long or hold a bare carriage return."""
    length = ends - starts
    blank = (length == 1) | ((length == 2) & (buffer[starts] == 0x0D))
    long = length > LONGEST_RECORD
    bare = np.zeros(len(starts), bool)
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        returns = np.flatnonzero(buffer[: ends[-1] - 1] == 0x0D)
        returns = returns[buffer[returns + 1] != 0x0A]
        bare[np.searchsorted(ends, returns, side="right")] = True
        bare &= ~blank
    rejects = [(int(number), TOO_LONG) for number in lines[long]]
    rejects += [(int(number), BARE_RETURN) for number in lines[bare & ~long]]
    bad, keep = long | bare, ~(long | bare | blank)
    starts, ends, lines = starts[keep], ends[keep], lines[keep]
    if not bad.any():
        return Block(data, starts, ends, lines, rejects, read)
    kept = b"".join(data[start:end] for start, end in zip(starts, ends, strict=True))
    ends = np.cumsum(ends - starts)
    return Block(kept, np.concatenate(([0], ends[:-1]))[: len(ends)], ends, lines, rejects, read)


def _outside(buffer: NDArray[np.uint8], newlines: Ints) -> Ints:
    """Which newlines stand outside quotation marks: those with an even number of marks before them."""
    marks = np.flatnonzero(buffer == 0x22)
    if not _balanced(buffer, marks):
        marks = _real(buffer, marks)
    return np.flatnonzero(np.searchsorted(marks, newlines) % 2 == 0)


def _balanced(buffer: NDArray[np.uint8], marks: Ints) -> bool:
    """Whether every other mark opens at the start of a field and the others close at the end of one."""
    opening, closing = marks[::2], marks[1::2]
    before = np.isin(buffer[opening - 1], (0x2C, 0x0A)) | (opening == 0)
    before[1:] |= opening[1:] == marks[1 : 2 * len(opening) - 1 : 2] + 1
    after = np.isin(buffer[np.minimum(closing + 1, len(buffer) - 1)], (0x2C, 0x0A, 0x0D))
    after[: len(opening) - 1] |= closing[: len(opening) - 1] == opening[1:] - 1
    return bool(before.all() and after.all())


def _real(buffer: NDArray[np.uint8], marks: Ints) -> Ints:
    """The marks that open or close: one inside an unquoted value is a character like any other."""
    real, inside, skip = [], False, -1
    following = [*marks[1:].tolist(), -1]
    for mark, after in zip(marks.tolist(), following, strict=True):
        if mark == skip:
            continue
        if inside and after == mark + 1:
            skip = after
        elif inside or mark == 0 or buffer[mark - 1] in (0x2C, 0x0A):
            real.append(mark)
            inside = not inside
    return np.array(real, np.int64)
