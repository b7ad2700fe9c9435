"""Write the reference of commands anew: ``python -m tests.docs.commands``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.main import get_command

from client.cli import app
from games.catalog import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
NAME = "lambda-arcade"
HEAD = """# Commands

What `--help` says, written by `python -m tests.docs.commands` from the commands themselves.
"""
EXAMPLES = ("Example: ", "Examples: ", "Start with: ")


def page() -> str:
    """Return the reference of every command as Markdown."""
    command = get_command(app)
    return HEAD + "".join(_described(command, command.context_class(command, info_name=NAME)))


def _described(command: Any, context: Any) -> Iterator[str]:
    """Yield the section of a command and those of the commands below it."""
    depth = len(context.command_path.split())
    yield f"\n{'#' * (depth + 1)} {context.command_path}\n\n{_text(command)}\n"
    yield f"\n```text\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    yield from _parameters(command, context)
    yield from _examples(command.epilog or "")
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        below = command.get_command(context, name)
        yield from _described(below, below.context_class(below, info_name=name, parent=context))


def _text(command: Any) -> str:
    paragraphs = str(command.help).replace("\f", "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _parameters(command: Any, context: Any) -> Iterator[str]:
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    lines = [
        f"- `{names}`: {' '.join(text.split())}\n"
        for names, text in filter(None, records)
        if "--help" not in names and "-completion" not in names
    ]
    if lines:
        yield "\n"
        yield from lines


def _examples(epilog: str) -> Iterator[str]:
    for word in EXAMPLES:
        if epilog.startswith(word):
            commands = [command.strip() for command in epilog.removeprefix(word).split("  |  ")]
            yield "\n```sh\n" + "\n".join(commands) + "\n```\n"


if __name__ == "__main__":
    os.environ.pop(VARIABLE, None)  # games that only this shell knows have no place in the reference
    PAGE.write_text(page(), "utf-8", newline="\n")
