"""Build the documentation site into ``build/site``: ``python -m tests.docs.site``, which ``make docs`` runs.

The pages are those of ``docs/`` and four that lie at the root, where people look for them first.  They are laid
together in ``build/docs``, the links between them bent to fit, and Zensical makes HTML of them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.docs.links import problems

ROOT = Path(__file__).parents[2]
HERE, DOCS, BUILD = ROOT / "tests" / "docs", ROOT / "docs", ROOT / "build"
AT_THE_ROOT = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Where on the site the pages at the root go."""
LICENSE = "LICENSE"
_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?!https?:|#)(?P<target>[^)#\s]+)(?P<place>#[^)\s]*)?\)")


def stage(target: Path) -> None:
    """Lay all pages together in ``target``, which is emptied before."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(DOCS, target)
    shutil.copy(ROOT / LICENSE, target)
    (target / "decisions" / "index.md").write_text(_decisions(), "utf-8")
    for page in target.rglob("*.md"):
        page.write_text(_bent(page.read_text("utf-8"), DOCS / page.relative_to(target).parent), "utf-8")
    for page, name in AT_THE_ROOT.items():
        (target / name).write_text(_bent((ROOT / page).read_text("utf-8"), ROOT), "utf-8")


def build(folder: Path) -> list[str]:
    """Build the site into ``folder``/site and return what is wrong with it; nothing, if it is well."""
    stage(folder / "docs")
    shutil.rmtree(folder / "site", ignore_errors=True)
    shutil.copytree(HERE / "theme", folder / "theme", dirs_exist_ok=True)
    shutil.copy(HERE / "zensical.toml", folder)
    zensical = Path(sys.executable).with_name("zensical")
    done = subprocess.run([str(zensical), "build", "--clean", "--strict"], cwd=folder, check=False)
    return problems(folder / "site") if done.returncode == 0 else ["zensical found the problems above"]


def _bent(text: str, folder: Path) -> str:
    """Return a page of ``folder`` with its links as they are on the site; code is named there, not linked to."""
    up = "../" * len(folder.relative_to(DOCS).parts) if folder.is_relative_to(DOCS) else ""

    def bend(link: re.Match[str]) -> str:
        target = (folder / link["target"]).resolve()
        if target == DOCS / "decisions":
            name = "decisions/index.md"
        elif target.is_relative_to(DOCS):
            name = target.relative_to(DOCS).as_posix()
        elif target.parent == ROOT and target.name in {*AT_THE_ROOT, LICENSE}:
            name = AT_THE_ROOT.get(target.name, target.name)
        else:
            return link["text"] if target.exists() else link[0]
        return f"[{link['text']}]({up}{name}{link['place'] or ''})"

    return _LINK.sub(bend, text)


def _decisions() -> str:
    """Return a page that lists the decisions."""
    lines = []
    for page in sorted((DOCS / "decisions").glob("*.md")):
        title = re.sub(r"^(#|\d{4}|\s)+", "", page.read_text("utf-8").partition("\n")[0])
        lines.append(f"- {page.name[:4]} [{title}]({page.name})\n")
    return "# Decisions\n\nWhat was decided, and how to reverse it.\n\n" + "".join(lines)


if __name__ == "__main__":
    found = build(BUILD)
    for line in found:
        sys.stderr.write(f"error: {line}\n")
    if not found:
        sys.stdout.write(f"built: {BUILD / 'site' / 'index.html'}\n")
    sys.exit(bool(found))
