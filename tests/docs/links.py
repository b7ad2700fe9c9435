"""Find what is wrong with a built site: links that lead nowhere, and what a browser would ask another host for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src",
          "embed": "src", "object": "data", "link": "href", "use": "href", "form": "action"}  # fmt: skip
"""Elements whose attribute a browser follows by itself (or sends what was typed to)."""
POLICY = "default-src 'self'"
"""How the Content-Security-Policy of every page begins: a browser asks no other host, whatever a script wants."""
_CSS = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)


class Page(HTMLParser):
    """What a page links to, what it loads, its anchors and its policy."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is of interest."""
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif LOADED.get(tag) in found and found.get("rel") != "canonical":
            self.loads.append(found[LOADED[tag]])
        self.loads += _CSS.findall(found.get("style", ""))
        if found.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = found.get("content", "")


def problems(site: Path) -> list[str]:
    """Return one line for every problem of the site in the folder ``site``."""
    pages = {path.resolve(): Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found = [] if pages else [f"{site}: no page"]
    for path, page in pages.items():
        found += [f"{path.relative_to(site.resolve())}: {line}" for line in _of_page(site.resolve(), path, page, pages)]
    for path in sorted(site.rglob("*.css")):
        found += [f"{path.name}: loads {url}" for url in _CSS.findall(path.read_text("utf-8"))]
    return found


def _of_page(site: Path, path: Path, page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    if not page.policy.startswith(POLICY) or "http" in page.policy:
        yield f"its Content-Security-Policy is {page.policy!r}"
    for url in [*page.links, *page.loads]:
        parts = urlsplit(url)
        if parts.scheme or parts.netloc:
            if url in page.loads and parts.scheme != "data":
                yield f"loads {url}"
            continue
        base = site if parts.path.startswith("/") else path.parent
        target = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file():
            yield f"{url} leads nowhere"
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
            yield f"{url} leads to no place on that page"
