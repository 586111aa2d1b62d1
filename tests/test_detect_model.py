"""The model file: what is written is read again, and what does not fit is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from server.detect import model
from server.detect.features import NAMES
from server.detect.fit import VOLUME
from server.detect.model import bins


def test_a_model_survives_its_file(tmp_path: Path) -> None:
    shipped = model.load()
    model.save(shipped, tmp_path / "model.json")
    assert model.load(tmp_path / "model.json") == shipped


def test_the_file_says_what_each_feature_means() -> None:
    raw = json.loads(model.SHIPPED.read_text("utf-8"))
    assert [shape["feature"] for shape in raw["shapes"]] == list(NAMES)
    assert all(shape["meaning"] for shape in raw["shapes"])


def test_no_table_reads_how_much_was_recorded() -> None:
    assert all(VOLUME not in (table.one, table.other) for table in model.load().tables)


def test_every_shape_and_table_has_a_weight_per_bin() -> None:
    shipped = model.load()
    assert all(len(shape.weights) == len(shape.edges) + 2 for shape in shipped.shapes)
    for table in shipped.tables:
        assert np.shape(table.weights) == tuple(len(edges) + 2 for edges in table.edges)


def test_a_model_for_other_features_is_refused(tmp_path: Path) -> None:
    raw = json.loads(model.SHIPPED.read_text("utf-8"))
    raw["shapes"] = raw["shapes"][1:]
    (tmp_path / "model.json").write_text(json.dumps(raw))
    with pytest.raises(ValueError, match="other features"):
        model.load(tmp_path / "model.json")


def test_bins_begin_at_their_edges_and_the_unknown_is_the_first() -> None:
    values = np.array([np.nan, 0.5, 1.0, 1.5, 2.0], dtype=np.float32)
    assert bins(values, [1.0, 2.0]).tolist() == [0, 1, 2, 2, 3]
