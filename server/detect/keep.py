"""What a run keeps on disk for the next: a file per column, which the next run maps into memory and hardly reads.

    HEARTH_HOME/detection/parts/NAME/    groups that were read at one time; written once
    HEARTH_HOME/detection/TOKEN/         what one run ended with: which parts, what of them is alive, links and traits

A run leaves what it went on from as well: when it dies before the graph knows its token, the next goes on from there.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from server.detect.groups import Groups, Names
from server.detect.memory import Links, Memory, names
from server.detect.part import Part
from server.detect.roster import Roster
from server.detect.traits import Traits
from server.errors import HearthError

FORM = 10  # raise it when the form of what is kept, or what decides, changes
TEXTS = ("accounts", "identifier", "details")
Column = NDArray[Any]


class Shelf:
    """Where runs leave what they know for the next: a folder, and beside it the memory of a process that goes on."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "detection"
        self.latest: Memory | None = None

    def take(self, token: str | None) -> Memory | None:
        """What the run with this token left; a run changes it, so it is not here any more until it is put back."""
        latest, self.latest = self.latest, None
        return latest if latest and latest.token == token else recall(self.folder, token)

    def put(self, token: str, memory: Memory) -> None:
        """Leave this for the next run; what one over everything read is mapped from the folder, which takes less."""
        save(self.folder, token, memory)
        self.latest = memory if memory.token else None
        memory.token = token


def save(folder: Path, token: str, memory: Memory) -> None:
    """Keep all this, to be found again by the token; a write that breaks off leaves what was there."""
    memory.compact()
    memory.parts = [part if part.name else _added(folder, part) for part in memory.parts]
    state = folder / f"{token}.part"
    columns = (
        {f"alive-{part.name}": part.alive for part in memory.parts} | vars(memory.links) | {"said": memory.roster.said}
    )
    _write(state, columns | _texts("more", pa.array(memory.roster.more, pa.string())))
    kinds = [asdict(kind) for kind in memory.roster.kinds]
    (state / "state.json").write_text(
        json.dumps({"parts": [part.name for part in memory.parts], "kinds": kinds, "until": memory.until})
    )
    state.replace(folder / token)
    _clean(folder, {token, memory.token})


def recall(folder: Path, token: str | None) -> Memory | None:
    """What the run with this token kept; None when it is gone or cannot be read."""
    if token is None:
        return None
    try:
        state = json.loads((folder / token / "state.json").read_text())
        columns = _Columns(folder / token)
        parts = [_part(folder, name, columns.numbers(f"alive-{name}")) for name in state["parts"]]
        links = Links(**{one.name: columns.numbers(one.name) for one in fields(Links)})
        said, kinds = columns.numbers("said"), [Traits(**kind) for kind in state["kinds"]]
        later = enumerate(columns.texts("more").to_pylist(), start=len(parts[0].groups.accounts))
        roster = Roster(names(parts[0]), said, kinds, {name: at for at, name in later})
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError):
        return None
    return Memory(parts, links, roster, state["until"], token)


def _added(folder: Path, part: Part) -> Part:
    name = uuid4().hex
    columns = {one.name: getattr(part.groups, one.name) for one in fields(Groups)} | {"places": part.places}
    texts = [_texts(one, pa.array(columns.pop(one), pa.string())) for one in TEXTS]
    _write(folder / "parts" / name, columns | {at: column for text in texts for at, column in text.items()})
    return replace(part, name=name)


def _part(folder: Path, name: str, alive: Column) -> Part:
    columns = _Columns(folder / "parts" / name)
    numbers = {one.name: columns.numbers(one.name) for one in fields(Groups) if one.name not in TEXTS}
    groups = Groups(
        accounts=Names(columns.texts("accounts")),
        identifier=columns.texts("identifier"),
        details=columns.texts("details").to_pylist(),
        **numbers,
    )
    return Part(groups, columns.numbers("places"), alive, name)


def _texts(name: str, texts: pa.StringArray) -> dict[str, Column]:
    """Texts as two columns: their bytes, and where each begins."""
    lengths = np.asarray(pa.compute.binary_length(texts))
    _, _, content = pa.concat_arrays([texts]).buffers() if len(texts) else (None, None, None)
    begin = np.zeros(len(texts) + 1, np.int32)
    np.cumsum(lengths, out=begin[1:])
    skipped = texts.offset and int(np.frombuffer(texts.buffers()[1], np.int32)[texts.offset])
    plain = np.frombuffer(content, np.uint8)[skipped : skipped + begin[-1]] if content else np.zeros(0, np.uint8)
    return {f"{name}-begin": begin, f"{name}-bytes": plain}


class _Columns:
    """The columns in a folder, mapped; what is changed in memory changes no file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def numbers(self, name: str) -> Column:
        file = self.folder / f"{name}.npy"
        return np.asarray(np.load(file, mmap_mode="c") if file.stat().st_size > 128 else np.load(file))

    def texts(self, name: str) -> pa.StringArray:
        begin, content = self.numbers(f"{name}-begin"), self.numbers(f"{name}-bytes")
        return pa.StringArray.from_buffers(begin.size - 1, pa.py_buffer(begin), pa.py_buffer(content))


def _write(folder: Path, columns: Mapping[str, Column]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, column in columns.items():
        file = folder / f"{name}.npy"
        try:
            np.save(file, column)
        except OSError as error:  # of which NumPy does not tell the file
            hint = "Make room on the disk, then run the command again."
            raise HearthError(f"{file} could not be written: {error}", hint) from error


def _clean(folder: Path, tokens: Iterable[str | None]) -> None:
    """Remove what runs before the latest two left."""
    states = [state for state in folder.iterdir() if state.name != "parts"]
    for state in states:
        if state.name not in tokens:
            shutil.rmtree(state)
    used = {
        name
        for state in states
        if (state / "state.json").exists()
        for name in json.loads((state / "state.json").read_text())["parts"]
    }
    for part in (folder / "parts").iterdir():
        if part.name not in used:
            shutil.rmtree(part)
