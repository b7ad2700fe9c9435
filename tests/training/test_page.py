"""Measured tables take the place of those the same command made before, and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.evaluation.page import put_section, table

if TYPE_CHECKING:
    from pathlib import Path


def test_a_section_is_put_at_the_end_and_then_in_its_own_place(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("# Title\n")
    put_section(page, "one", "make one", "first")
    put_section(page, "two", "make two", table(("a", "b"), [(1, 2)]))
    put_section(page, "one", "make one again", "second")
    assert page.read_text() == (
        "# Title\n\n<!-- one -->\nsecond\n\n```\nmake one again\n```\n<!-- end one -->\n"
        "\n<!-- two -->\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n```\nmake two\n```\n<!-- end two -->\n"
    )
