"""The site in a headless Chromium: by keyboard, at two sizes, with no request to another host and under its policy.

These tests need Debian's package chromium; ``bootstrap.py test`` says so and leaves them out where there is none.
"""

from __future__ import annotations

import json
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from clouds import api_key, asking_for
from playwright.sync_api import Error, Page, expect, sync_playwright
from site_records import NAMES, kuhn, published, store, store_record, watched

from ai_functions.runtime.coach import FORMAT
from bootstrap import CHROMIUMS
from games.frames import find_view
from games.record import replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser

    from games.record import GameRecord
    from infra.environment.environment import Environment

    Opened = Callable[..., AbstractContextManager[Page]]

pytestmark = pytest.mark.browser
SIZES = [(390, 844), (1280, 800)]
PATIENCE_MS = 30_000


COACH = "<b>first_free</b>"
"""A coach's name is only text."""


def judged(record: GameRecord, played: str | None = None) -> list[dict[str, object]]:
    """Return notes of every turn after the fleets; those of steps 10, 12 and 14 gave away 55 of a hundred hits."""
    return [
        {"step": turn.step, "player": turn.player, "played": played or turn.action, "would_play": turn.action,
         "probability": 0.5, "best": "A1" if turn.step in {10, 12, 14} else turn.action,
         "worth": 0.25, "best_worth": 0.8 if turn.step in {10, 12, 14} else 0.25}
        for turn in record.turns
        if turn.step
    ]  # fmt: skip


def annotated(environment: Environment, record: GameRecord, more: dict[str, object], played: str | None = None) -> None:
    by = {"name": COACH, "version": "7", "sha256": ""}
    told = {"match_id": record.match_id, "game": record.game, "by": by, "turns": judged(record, played), **more}
    store(environment, f"annotations/{record.match_id}/0.json", json.dumps(told).encode())


@pytest.fixture(scope="module")
def address(environment: Environment) -> str:
    for game in ("battleship", "pacman"):
        for name in NAMES:
            store_record(environment, watched(game, name))
    store_record(environment, kuhn())
    annotated(environment, watched("battleship", NAMES[1]), {"format": FORMAT})
    annotated(environment, watched("pacman", NAMES[2]), {"format": FORMAT + 1})
    annotated(environment, watched("battleship", NAMES[3]), {"format": FORMAT}, played="J10")
    return published(environment)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
        assert path, "there is no Chromium here; on Debian: apt-get install chromium"
        started = playwright.chromium.launch(executable_path=path)
        yield started
        started.close()


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str) -> Opened:
    """Return what opens the site's page at ``where`` in a window of ``size``, and looks, at the end, at what it did."""

    @contextmanager
    def opening(where: str, size: tuple[int, int] = (1280, 800), errors: int | None = 0) -> Iterator[Page]:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        asked: list[str] = []
        wrong: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{address}{where}")
        expect(page.locator("h1")).to_be_visible(timeout=PATIENCE_MS)
        yield page
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the window"
        own = address.partition("/site/")[0]
        assert [url for url in asked if not url.startswith(own)] == []
        assert errors in {None, len(wrong)}, wrong
        context.close()

    return opening


def shown(page: Page) -> int:
    return int(page.locator(".count").inner_text().split("/")[0])


def soon(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_MS / 1000
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def expect_step(page: Page, step: int) -> None:
    expect(page.locator(".count")).to_have_text(f"{step} / {page.locator('input[type=range]').get_attribute('max')}")


@pytest.mark.parametrize("size", SIZES)
def test_a_link_opens_a_match_at_a_move_and_keys_lead_through_it(opened: Opened, size: tuple[int, int]):
    record = watched("battleship")
    with opened(f"#record={record.match_id}&move=7", size) as page:
        expect_step(page, 7)
        for key, step in (
            ("ArrowRight", 8),
            ("ArrowLeft", 7),
            ("Shift+ArrowRight", 17),
            ("End", record.steps),
            ("Home", 0),
        ):
            page.keyboard.press(key)
            expect_step(page, step)
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**&move=1")
        page.keyboard.press("Space")
        soon(lambda: shown(page) > 3)
        page.keyboard.press("Space")
        stopped = shown(page)
        page.wait_for_url(f"**&move={stopped}")
        page.wait_for_timeout(400)
        assert shown(page) == stopped
        page.reload()
        expect_step(page, stopped)


@pytest.mark.parametrize("size", SIZES)
def test_the_coach_tells_the_best_move_what_yours_gave_away_and_the_blunders(opened: Opened, size: tuple[int, int]):
    record = watched("battleship", NAMES[1])
    with opened(f"#record={record.match_id}&move=11", size) as page:
        coach = page.locator(".coach")
        expect(coach.get_by_role("heading").first).to_have_text(f"The coach: {COACH} v7")
        note = next(one for one in judged(record) if one["step"] == 10)
        expect(coach.locator("dl").first).to_contain_text(str(note["best"]))
        expect(coach.locator("dl").first).to_contain_text("55 %")
        blunders = coach.locator(".blunders button")
        expect(blunders).to_have_count(3)
        expect(blunders.first).to_contain_text("first_free")
        blunders.nth(1).press("Enter")
        expect_step(page, 13)
        expect(coach.locator("dl").first).to_have_class("blunder")
        page.keyboard.press("ArrowRight")
        expect(coach.locator("dl").first).to_contain_text("nothing: there is no better one")


def test_a_match_that_no_coach_has_looked_at_says_so(opened: Opened):
    with opened("#record=watched-kuhn&move=1") as page:
        expect(page.locator(".coach")).to_contain_text("No coach has looked at this match.")


def test_notes_of_another_version_or_of_other_moves_are_not_shown(opened: Opened):
    with opened(f"#record={watched('pacman', NAMES[2]).match_id}&move=11") as page:
        expect(page.locator(".coach")).to_contain_text("No coach has looked at this match.")
    with opened(f"#record={watched('battleship', NAMES[3]).match_id}&move=11") as page:
        expect(page.locator(".coach")).to_contain_text("The coach says nothing of this move.")


@pytest.mark.parametrize("size", SIZES)
def test_what_is_drawn_of_battleship_is_what_the_rules_say(opened: Opened, size: tuple[int, int]):
    record = watched("battleship")
    frames = list(replay(record))
    with opened(f"#record={record.match_id}&move=0", size) as page:
        for step in (0, 1, 20, record.steps):
            page.evaluate(f"location.hash = 'record={record.match_id}&move={step}'")
            expect_step(page, step)
            view = find_view("battleship").moving(frames[step].state)
            for owner, sea in zip(view["seas"], page.locator(".sea svg").all(), strict=True):
                marks = view["seas"][owner]
                hits = sum(mark == "x" or mark.isupper() for mark in marks)
                label = sea.get_attribute("aria-label")
                assert f"{hits} hits, {marks.count('o')} misses" in label
                drawn = [sea.locator(shape).count() for shape in ("g:nth-of-type(3) > g", "g:nth-of-type(2) > g")]
                assert drawn == [len(marks) - marks.count("."), len(view["fleets"][owner] or ())]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_drawn_of_pacman_is_what_the_rules_say_and_it_runs(opened: Opened, size: tuple[int, int]):
    record = watched("pacman")
    step = record.steps - 200
    view = next(find_view("pacman").moving(frame.state) for frame in replay(record) if frame.step == step)
    with opened(f"#record={record.match_id}&move={step}", size) as page:
        expect_step(page, step)
        label = page.locator("canvas").get_attribute("aria-label")
        assert f"score {view['score']}, level {view['level']}, {view['lives']} lives" in label
        assert f"{view['dots'].count('1')} dots left" in label
        colours = page.evaluate(
            """() => {
                const canvas = document.querySelector("canvas");
                const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                return new Set(new Uint32Array(data.buffer)).size;
            }"""
        )
        assert colours > 100
        page.get_by_role("button", name="Play").press("Enter")
        soon(lambda: shown(page) > step + 60)


def test_a_game_that_nobody_has_drawn_is_shown_as_its_board(opened: Opened):
    with opened("#record=watched-kuhn&move=1") as page:
        expect(page.locator("pre")).to_contain_text("jack")
        expect(page.locator("h1")).to_contain_text("bot second")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_whole_and_is_only_text(opened: Opened, size: tuple[int, int], name: str):
    record = watched("battleship", name)
    with opened(f"#record={record.match_id}&move=3", size) as page:
        title = page.locator("h1 .name").first
        expect(title).to_have_text(name)
        assert title.evaluate("one => one.scrollWidth <= one.parentElement.clientWidth + 1")
        for shown_again in page.locator(".moves .name", has_text=name).all():
            assert shown_again.evaluate("one => one.scrollWidth <= one.parentElement.clientWidth")
        assert page.locator("main img").count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_the_ladder_an_opponent_and_the_leaderboard_are_reached_by_keys(opened: Opened, size: tuple[int, int]):
    with opened("#ladder", size) as page:
        expect(page.locator("a[href='#opponent=first_free']")).to_be_visible()
        for _ in range(30):
            page.keyboard.press("Tab")
            if "opponent=first_free" in (page.evaluate("document.activeElement.hash") or ""):
                break
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("First Free")
        expect(page.get_by_role("heading", name="Versions that answer")).to_be_visible()
        expect(page.get_by_text("first_free@")).to_be_visible()
        page.get_by_role("link", name="Leaderboard").press("Enter")
        expect(page.locator("h1")).to_have_text("The leaderboard")
        page.get_by_label("Watch a match").fill("watched-kuhn")
        page.keyboard.press("Enter")
        expect(page.locator("pre")).to_contain_text("jack")
        page.go_back()
        expect(page.locator("h1")).to_have_text("The leaderboard")


@pytest.mark.parametrize(
    ("where", "said", "errors"),
    [
        ("#record=nobody&move=1", "No record that was uploaded is called nobody.", 1),
        ("#record=future&move=1", "Schema 99", 1),
        ("#record=..%2F..%2Fopponents&move=1", "No match has this id", 0),
        ("#opponent=nobody", "Nobody of this name", 0),
        ("#nonsense", "There is no such page", 0),
    ],
)
def test_what_cannot_be_shown_is_said(opened: Opened, environment: Environment, where: str, said: str, errors: int):
    store(environment, "records/battleship/future.json", b'{"schema": 99, "match_id": "future"}')
    with opened(where, errors=errors) as page:
        expect(page.get_by_role("alert")).to_contain_text(said)


def test_a_move_beyond_the_end_is_the_last(opened: Opened):
    record = watched("battleship")
    for move, step, errors in (("9999", 0, 1), ("-3", 0, 0), ("1e3", 0, 0), ("99999999999999", 0, 0)):
        with opened(f"#record={record.match_id}&move={move}", errors=errors) as page:
            expect_step(page, record.steps if errors else step)


def test_the_policy_holds(opened: Opened):
    wanted = {"img-src", "connect-src", "require-trusted-types-for", "style-src-elem"}
    with opened("#ladder", errors=None) as page:
        page.evaluate(
            "addEventListener('securitypolicyviolation', e => (window.refused ??= []).push(e.effectiveDirective))"
        )
        page.evaluate("document.body.append(Object.assign(document.createElement('img'), {src: 'data:image/png,x'}))")
        page.evaluate("fetch('data:text/plain,x').catch(() => {})")
        for attempt in ("document.body.setAttribute('onclick', 'x = 1')", "document.body.innerHTML += '<b>x</b>'"):
            with pytest.raises(Error, match="requires 'Trusted"):
                page.evaluate(attempt)
        page.evaluate("document.body.append(Object.assign(document.createElement('style'), {textContent: 'b{}'}))")
        soon(lambda: len(page.evaluate("window.refused ?? []")) >= len(wanted))
        assert set(page.evaluate("window.refused")) == wanted


def test_where_the_api_asks_for_a_key_the_page_asks_for_it(opened: Opened, environment: Environment, told: list[str]):
    with asking_for(environment, "key", told), opened("#leaderboard", errors=2) as page:
        field = page.get_by_label("The key to this API")
        field.fill("wrong")
        field.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("The key to this API").fill(api_key(told))
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("The leaderboard")
