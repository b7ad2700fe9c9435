"""Code on a page, taken from the files it is about: ``python -m tests.docs.snippets`` takes it anew.

A comment on the page, ``<!-- from PATH: NAME, NAME -->``, says which definitions of a Python file the block after it
shows; without names, the whole file.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "docs" / "first-game.md", ROOT / "docs" / "fair-dice.md")
_SNIPPET = re.compile(r"<!-- from (?P<path>[^ :]+)(?:: (?P<names>[^>]+))? -->\n```(?P<kind>\w+)\n.*?```", re.DOTALL)
_NOQA = re.compile(r"  # noqa: .*")


def refreshed(page: str) -> str:
    """Return the page with the code as it stands in the files now.  Raises KeyError for a name that is gone."""

    def block(found: re.Match[str]) -> str:
        text = (ROOT / found["path"]).read_text("utf-8")
        names = found["names"].split(", ") if found["names"] else []
        head = found[0].partition("\n")[0]
        code = _NOQA.sub("", definitions(text, names) if names else text)
        return f"{head}\n```{found['kind']}\n{code}```"

    return _SNIPPET.sub(block, page)


def definitions(source: str, names: list[str]) -> str:
    """Return the definitions called ``names`` in that order, as they are written."""
    lines = source.splitlines()
    found = {}
    for node in ast.parse(source).body:
        for name in _names(node):
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
            found[name] = (isinstance(node, ast.Assign | ast.AnnAssign), lines[first - 1 : node.end_lineno])
    text = ""
    for index, name in enumerate(names):
        short = found[name][0] and (index == 0 or found[names[index - 1]][0])
        text += ("" if index == 0 else "" if short else "\n\n") + "\n".join(found[name][1]) + "\n"
    return text


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [
        name.id
        for target in targets
        for name in (target.elts if isinstance(target, ast.Tuple) else [target])
        if isinstance(name, ast.Name)
    ]


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(refreshed(path.read_text("utf-8")), "utf-8", newline="\n")
