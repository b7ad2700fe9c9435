from __future__ import annotations

from tests.docs import commands


def test_the_reference_of_commands_is_what_the_commands_say() -> None:
    assert commands.PAGE.read_text("utf-8") == commands.page(), "run: python -m tests.docs.commands"
