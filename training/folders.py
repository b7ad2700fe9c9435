"""Opponents' folders that training makes, and what it changes in an ``opponent.toml``."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from ai_functions.runtime.manifest import MANIFEST, Manifest
from training.contracts import TrainingError

if TYPE_CHECKING:
    from pathlib import Path

COPIED = shutil.ignore_patterns("__pycache__", ".*")
"""What does not belong to an opponent."""
MOST_LETTERS = 40
"""Of an opponent's name (``ai_functions.runtime.listing``)."""


def personal_folder(folder: Path, player: str, parent: Path) -> Path:
    """Make, below ``parent``, an opponent like the one in ``folder`` that gets to know ``player``; return its folder.

    It is an opponent of its own, with a name of its own, and starts with the model of the one it comes from.  Raises
    TrainingError for a manifest that cannot be changed so.
    """
    manifest = Manifest.load(folder)
    name = personal_name(manifest.name, player)
    made = parent / name
    shutil.copytree(folder, made, ignore=COPIED, dirs_exist_ok=True)
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    text = with_value(text, "opponent", "name", _quoted(name))
    title = f"{manifest.title} (knows {player})"
    text = with_value(text, "opponent", "title", _quoted(title))
    (made / MANIFEST).write_text(with_value(text, "training", "player", _quoted(player)), encoding="utf-8")
    expected = {**manifest.training, "player": player}
    if Manifest.load(made) != replace(manifest, name=name, title=title, training=expected):
        raise TrainingError(f'{folder / MANIFEST}: write name and title each on a line of its own, as key = "value"')
    return made


def personal_name(opponent: str, player: str) -> str:
    """Return the name of ``opponent``'s like that knows ``player``: of at most MOST_LETTERS, small ones and digits.

    A player's name of which that leaves none, or more than there is room for, is told by a hash.
    """
    slug = re.sub(r"[^a-z0-9]+", "_", player.lower()).strip("_")
    name = f"{opponent}_for_{slug}"
    if slug and len(name) <= MOST_LETTERS:
        return name
    sign = sha256(player.encode()).hexdigest()[:8]
    return f"{opponent}_for_"[: MOST_LETTERS - len(sign)] + sign


def with_aim(folder: Path, aim: float | None) -> str:
    """Return the ``opponent.toml`` in ``folder`` with another aim, or none; everything else stays as it is.

    Raises TrainingError for a file in which the aim does not stand on a line of its own.
    """
    path = folder / MANIFEST
    before = Manifest.load(folder)
    text = path.read_text(encoding="utf-8")
    text = with_value(text, "training", "aim", None if aim is None else repr(float(aim)))
    training = {key: value for key, value in before.training.items() if key != "aim"}
    if aim is not None:
        training["aim"] = float(aim)
    if parse(text) != replace(before, training=training):
        raise TrainingError(f"{path}: write aim on a line of its own below [training], as aim = 50.0")
    return text


def parse(text: str) -> Manifest:
    """Return what an ``opponent.toml`` says.  Raises ManifestError."""
    return Manifest.from_table(tomllib.loads(text))


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def with_value(text: str, table: str, key: str, value: str | None) -> str:
    """Return the TOML document with ``key`` of ``[table]`` set to ``value``, or left out; comments and order stay."""
    line = f"{key} = {value}"
    head = re.search(rf"^\[{table}\][^\n]*\n", text, re.MULTILINE)
    if head is None:
        return text if value is None else f"{text.rstrip()}\n\n[{table}]\n{line}\n"
    following = re.search(r"^\[", text[head.end() :], re.MULTILINE)
    end = head.end() + following.start() if following else len(text)
    body = text[head.end() : end]
    if value is None:
        return text[: head.end()] + re.sub(rf"^{key}\s*=[^\n]*\n?", "", body, flags=re.MULTILINE) + text[end:]
    changed, count = re.subn(rf"^{key}\s*=[^\n]*$", lambda _: line, body, flags=re.MULTILINE)
    return text[: head.end()] + (changed if count else f"{line}\n{body}") + text[end:]
