"""Measured tables take the place of those the same command made before, and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.evaluation.page import Study, put_section, table

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


def test_a_study_makes_the_sections_asked_for_with_the_command_that_makes_them_again(tmp_path: Path):
    page = tmp_path / "page.md"
    study = Study("some.study", "What it is.", {"one": "{} ones".format, "two": "{} twos".format}, page, "games", 9)
    study.run([])
    study.run(["--only", "two", "--games", "3"])
    assert page.read_text() == (
        "\n<!-- one -->\n9 ones\n\n```\npython -m some.study --only one --games 9\n```\n<!-- end one -->\n"
        "\n<!-- two -->\n3 twos\n\n```\npython -m some.study --only two --games 3\n```\n<!-- end two -->\n"
    )
