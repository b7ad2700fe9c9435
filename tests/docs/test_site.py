"""The site is built strictly, its links lead somewhere, and a browser that shows it asks no other host."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs import links, site

if TYPE_CHECKING:
    from pathlib import Path

HOSTS_OF_UNUSED_FEATURES = {"unpkg.com", "cdn.jsdelivr.net", "api.github.com", "www.w3.org"}
"""What the theme's script would ask for diagrams, galleries, code to run and repositories (or names of XML).

No page uses them, and a browser would be stopped by the page's policy.
"""
GOOD = f'<html><meta http-equiv="Content-Security-Policy" content="{links.POLICY}">'


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    assert site.build(folder) == []
    return folder / "site"


def test_every_page_of_the_docs_is_on_the_site(built: Path) -> None:
    pages = {path.relative_to(site.DOCS).with_suffix(".html").as_posix() for path in site.DOCS.rglob("*.md")}
    pages |= {name.replace(".md", ".html") for name in site.AT_THE_ROOT.values()}
    assert {path.relative_to(built).as_posix() for path in built.rglob("*.html")} >= pages | {"decisions/index.html"}


def test_every_page_is_in_the_menu(built: Path) -> None:
    menu = links.Page((built / "index.html").read_text("utf-8")).links
    pages = {path.name for path in built.glob("*.html")} - {"404.html", "index.html"}
    assert pages - {link.removeprefix("./") for link in menu} == set()


def test_scripts_and_styles_name_no_other_host_but_for_what_no_page_uses(built: Path) -> None:
    loaded = [path.read_text("utf-8") for kind in ("*.js", "*.html") for path in built.rglob(kind)]
    script = {host for text in loaded for host in re.findall(r"""["'`]https?://([\w.-]+)/[^"'`]*["'`]""", text)}
    pages = [links.Page(path.read_text("utf-8")) for path in built.rglob("*.html")]
    shown = {host for page in pages for url in page.links for host in re.findall(r"^https?://([\w.-]+)", url)}
    assert script - shown <= HOSTS_OF_UNUSED_FEATURES
    assert not [path for path in built.rglob("*.css") if re.search(r"(@import|url\()[^;)]*//", path.read_text("utf-8"))]


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<a href=nowhere.html>", "nowhere.html leads nowhere"),
        ("<a href=#place>", "#place leads to no place on that page"),
        ("<img src=gone.png>", "gone.png leads nowhere"),
        ("<img src=https://example.org/a.png>", "loads https://example.org/a.png"),
        ("<script src=//example.org/a.js></script>", "loads //example.org/a.js"),
        ("<link rel=stylesheet href=http://example.org/a.css>", "loads http://example.org/a.css"),
        ("<p style='background: url(https://example.org/a.png)'>", "loads https://example.org/a.png"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(tmp_path: Path, html: str, told: str) -> None:
    (tmp_path / "page.html").write_text(GOOD + html, "utf-8")
    assert links.problems(tmp_path) == [f"page.html: {told}"]


def test_what_is_right_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        GOOD + "<a href=https://example.org/><a href=page.html#here><p id=here><a href=.>", "utf-8"
    )
    (tmp_path / "index.html").write_text(GOOD, "utf-8")
    assert links.problems(tmp_path) == []


def test_a_page_without_a_policy_and_a_style_from_elsewhere_are_found(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html>", "utf-8")
    (tmp_path / "a.css").write_text("@import url('https://example.org/b.css');", "utf-8")
    assert links.problems(tmp_path) == [
        "page.html: its Content-Security-Policy is ''",
        "a.css: loads https://example.org/b.css",
    ]
    assert links.problems(tmp_path / "empty") == [f"{tmp_path / 'empty'}: no page"]
