"""Files that come in parts are one file, with what a table written at once would hold."""

import pandas as pd
import pytest

from hardship_model.files import parquet_in_parts


def test_a_parquet_file_in_parts_reads_like_one_that_was_written_at_once(tmp_path):
    parts = [
        pd.DataFrame({
            "replicate": town, "step": pd.Categorical(steps, categories=["lead", "visit"]),
            "let_in": pd.array(let_in, dtype="boolean"),
        })
        for town, steps, let_in in ((1, ["visit", "lead"], [True, None]), (2, ["lead"], [None]))
    ]  # fmt: skip

    with parquet_in_parts(tmp_path / "ledger.parquet") as write:
        for part in parts:
            write(part)

    whole = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "ledger.parquet"), whole)


def test_a_part_with_other_columns_is_refused(tmp_path):
    with parquet_in_parts(tmp_path / "ledger.parquet") as write:
        write(pd.DataFrame({"a": [1]}))
        with pytest.raises(ValueError, match="schema"):
            write(pd.DataFrame({"b": [1]}))
