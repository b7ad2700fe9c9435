from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs import snippets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("page", snippets.PAGES, ids=lambda page: page.name)
def test_code_on_a_page_is_that_of_the_files(page: Path) -> None:
    text = page.read_text("utf-8")
    assert "<!-- from " in text
    assert snippets.refreshed(text) == text, "run: python -m tests.docs.snippets"


def test_a_snippet_holds_the_definitions_it_names() -> None:
    source = "A = 1\nB: int = 2\n\n\n@f\ndef g():  # noqa: D103\n    return A\n"
    assert snippets.definitions(source, ["A", "B", "g"]) == (
        "A = 1\nB: int = 2\n\n\n@f\ndef g():  # noqa: D103\n    return A\n"
    )
    with pytest.raises(KeyError, match="gone"):
        snippets.definitions(source, ["gone"])
