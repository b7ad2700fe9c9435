"""Any text is shown, or left out, whole: in every style, at any width, at any resolution."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pygame
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tables import info

from client.scenes.menu import MenuScene
from client.scenes.name import NameScene
from client.settings import MAX_NAME, NOBODY, Settings
from client.ui import theme
from client.ui.canvas import Canvas
from client.ui.hud import Hud
from client.ui.inputs import ERASE, Command, Typed
from client.ui.text import typeset
from client.ui.text.bidi import Run, visual_runs
from client.ui.text.foreign_text import MOST_MARKS, REPLACEMENT, graphemes, presentable, shorten
from client.ui.text.typeset import Type

if TYPE_CHECKING:
    from pathlib import Path

    from tables import Table

STYLES = [value for value in vars(theme).values() if isinstance(value, theme.Style)]
HEART = "\u2764\ufe0f"
ODD = [
    HEART,
    "\ufe0f",
    "\0",
    "ro\0bot",
    "\ud83d",
    "robot \ud83d",
    "\ude00\ud83d",
    "\u200b\u200d\u2060\ufeff",
    "\u0301",
    "Z" + "\u0301" * 300,
    "\u115f\u3164",
    "\t\r\n\v\x85\u2028",
    "\u202eevil\u202c",
    "שלום עולם 42",
    "سلام 3.5 (robot)",
    "名前が長い",
    "👨‍👩‍👧‍👦 🇩🇪🇫🇷 👍🏽",
    "\U0010ffff\ue000",
    "W" * 3000,
    "i" * 3000,
    " " * 50,
    "",
]  # fmt: skip
ANY_TEXT = st.text(st.characters(), max_size=40) | st.text(
    st.sampled_from("aW 1.(שل\u0301\u05b8\u200d\ufe0f\ud83d\ude00\0\n\u3164❤名\U0001f1e9\U0001f3fd"), max_size=40
)


@pytest.fixture(scope="module")
def canvases() -> list[Canvas]:
    return [Canvas(pygame.Surface(size)) for size in ((160, 90), (800, 600), (1280, 720))]


@settings(
    derandomize=True, deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=ANY_TEXT, style=st.sampled_from(STYLES), within=st.none() | st.floats(0, 1300))
@example(words=HEART, style=theme.TITLE, within=None)
def test_any_text_is_written_in_any_style_at_any_width(
    canvases: list[Canvas], words: str, style: theme.Style, within: float | None
) -> None:
    for canvas in canvases:
        used = canvas.text(words, 5, 5, style, within=within)
        room = canvas.surface.get_width() / canvas.scale if within is None else within
        assert 0 <= used <= max(room, 1 / canvas.scale) + 1e-6
        assert canvas.measure(words, style) >= 0
        canvas.paragraph(words, (0, 0, 80, 60), style)


@pytest.mark.parametrize("words", ODD)
@pytest.mark.parametrize("style", STYLES)
def test_what_has_killed_windows_is_written(canvases: list[Canvas], words: str, style: theme.Style) -> None:
    for canvas in canvases:
        for within in (None, 0.0, 3.0, 60.0):
            canvas.text(words, 5, 5, style, within=within, align="centre", alpha=0.5)
        canvas.paragraph(words, (0, 0, 80, 60), style)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(ANY_TEXT)
def test_presentable_text_holds_nothing_that_cannot_be_shown_and_stays_as_it_is(text: str) -> None:
    shown = presentable(text)
    assert presentable(shown) == shown
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp") for one in shown)
    letters = graphemes(shown)
    assert "".join(letters) == shown
    assert all(sum(unicodedata.category(one).startswith("M") for one in letter) <= MOST_MARKS for letter in letters)
    assert not any(unicodedata.category(letter[0]).startswith("M") for letter in letters)
    json.dumps(shown).encode("ascii")
    shown.encode("utf-8")


def test_presentable_text_keeps_what_can_be_read() -> None:
    assert presentable("Zoë Ærøskøbing, 100 %") == "Zoë Ærøskøbing, 100 %"
    assert presentable(HEART) == "\u2764"
    assert presentable("e\u200b\u0301") == "é"
    assert presentable("a\tb\nc") == "a b c"
    assert presentable("\ud83d\ude00 \ud83d") == f"\U0001f600 {REPLACEMENT}"


def test_a_letter_is_never_cut_in_half() -> None:
    words = "x\u0323\u0302" * 30 + "🇩🇪" * 5
    kind = Type("sans", 20, 0.0)
    whole = graphemes(presentable(words))
    for room in range(0, 500, 7):
        shown = typeset.cut(words, kind, room)
        assert typeset.width(shown, kind) <= room
        letters = graphemes(shown.removesuffix(typeset.ELLIPSIS))
        assert letters == whole[: len(letters)]
    assert shorten("🇩🇪" * 30, MAX_NAME) == "🇩🇪" * MAX_NAME


def test_a_letter_that_the_face_lacks_is_taken_from_another() -> None:
    assert not typeset.has("bold", "\u2764")
    assert not typeset.has("sans", "\u2764")
    assert all(any(typeset.has(face, letter) for face in theme.script_faces()) for letter in "\u2764\U0001f600שشक")
    for kind in (Type("bold", 24, 0.0), Type("bold", 24, 3.0)):
        drawn = pygame.image.tobytes(typeset.render("\u2764", kind, (255, 255, 255)), "RGBA")
        missing = pygame.image.tobytes(typeset.render("\ue000", kind, (255, 255, 255)), "RGBA")
        assert drawn != missing


def test_a_line_is_as_wide_as_it_was_measured_and_its_letters_are_all_there() -> None:
    for words in (*ODD, "Captain", "AVAVAV", "שלום robot"):
        for gap in (0.0, 0.4, 3.0):
            kind = Type("bold", 30, gap)
            line = typeset.render(words, kind, (255, 255, 255))
            assert line.get_width() == max(1, typeset.width(words, kind))
            assert line.get_height() >= 1


def as_read(words: str) -> list[tuple[str, bool]]:
    return [("".join(run.letters), run.rtl) for run in visual_runs(list(words))]


def test_words_whose_letters_are_spaced_stand_further_apart_than_their_letters() -> None:
    close, spaced = Type("bold", 11, 0.0), Type("bold", 11, 3.0)
    between_words = typeset.width("M M", spaced) - typeset.width("M M", close)
    between_letters = typeset.width("MM", spaced) - typeset.width("MM", close)
    assert between_words == 3 * between_letters == 9


def test_letters_from_right_to_left_stand_where_unicode_says() -> None:
    """The expected orders are those of the reference implementation of UAX #9."""
    assert as_read("robot") == [("robot", False)]
    assert as_read("שלום") == [("שלום", True)]
    assert as_read("robot שלום!") == [("robot ", False), ("שלום", True), ("!", False)]
    assert as_read("שלום robot") == [("robot", False), ("שלום ", True)]
    assert as_read("אב 12 גד") == [(" גד", True), ("12", False), ("אב ", True)]
    assert as_read("a אב 12 גד b") == [("a ", False), (" גד", True), ("12", False), ("אב ", True), (" b", False)]
    assert as_read("אב 1.5% גד") == [(" גד", True), ("1.5%", False), ("אב ", True)]
    assert as_read("سلام 3,5") == [("3,5", False), ("سلام ", True)]
    assert as_read("12:30") == [("12:30", False)]
    assert visual_runs([]) == []


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.text(st.sampled_from("ab אבسل12٣٤.,:%+-()\u05b8"), max_size=12))
def test_no_letter_is_lost_or_doubled_by_its_order(words: str) -> None:
    runs = visual_runs(list(words))
    assert sorted("".join("".join(run.letters) for run in runs)) == sorted(words)
    assert all(isinstance(run, Run) and run.letters for run in runs)


def test_long_words_and_errors_are_broken_and_end_in_an_ellipsis_where_there_is_no_room() -> None:
    kind = Type("sans", 20, 0.0)
    lines = typeset.broken("/a/very/long/path" * 40, kind, 200, 3)
    assert len(lines) == 3
    assert all(typeset.width(line, kind) <= 200 for line in lines[:2])
    assert lines[-1].endswith(typeset.ELLIPSIS)
    assert typeset.broken("one two\nthree", kind, 200, 3) == ("one two", "three")


@pytest.mark.parametrize("words", ODD)
def test_a_stranger_may_be_called_anything(words: str) -> None:
    canvas = Canvas(pygame.Surface((1280, 720)))
    stranger = replace(info("x"), title=words, name=words, author=words, version=words, colour=words)
    Hud(stranger).draw(canvas, (0, 0, 264, 520), 3.0)


@pytest.mark.parametrize("colour", ["#-1-1-1", "# 1 2 3", "#1234567", "#12345", "", 255, None, "#" + "٣" * 6])
def test_what_is_no_colour_gives_way_to_the_usual_one(colour: object) -> None:
    assert theme.parse_colour(colour) == theme.STEEL


def test_no_difficulty_draws_for_ever() -> None:
    Hud(replace(info("x"), difficulty=10**12)).draw(Canvas(pygame.Surface((1280, 720))), (0, 0, 264, 520))


@pytest.mark.parametrize("words", ODD)
def test_a_name_of_any_letters_is_typed_shown_kept_and_read_again(table: Table, tmp_path: Path, words: str) -> None:
    table.manager.push(MenuScene(table.manager))
    scene = NameScene(table.manager)
    table.manager.push(scene)
    for _ in range(MAX_NAME):
        scene.handle(Command(ERASE))
    for typed in words[:100]:
        scene.handle(Typed(typed))
        table.picture()
    scene._done()
    table.picture()
    table.manager.settings_writer.close()
    assert len(graphemes(table.manager.settings.name)) in range(1, MAX_NAME + 1)
    assert Settings.load(tmp_path).name == table.manager.settings.name


def test_the_name_box_erases_a_letter_at_a_time(table: Table) -> None:
    scene = NameScene(table.manager)
    for _ in range(MAX_NAME):
        scene.handle(Command(ERASE))
    scene.handle(Typed("x"))
    scene.handle(Typed("\u0323"))
    scene.handle(Typed("y"))
    scene.handle(Command(ERASE))
    assert scene._name == "x\u0323"
    scene.handle(Command(ERASE))
    assert scene._name == ""


@pytest.mark.parametrize("name", ["\ufe0f", "\u200b\u200d", "\u0301", "  ", "\0", "\u3164", ""])
def test_a_name_of_zero_width_in_the_settings_gives_way(tmp_path: Path, name: str) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"name": name, "volume": 0.2}), "utf-8")
    kept = Settings.load(tmp_path)
    assert (kept.name, kept.volume) == (NOBODY, 0.2)


@pytest.mark.parametrize("name", ["ro\ud83dbot", HEART, "Z" * 3000, "Z" + "\u0301" * 300, "a\nb"])
def test_a_name_that_is_odd_in_part_keeps_the_rest(table: Table, tmp_path: Path, name: str) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"name": name}), "utf-8")
    table.manager.settings = Settings.load(tmp_path)
    assert table.manager.settings.name == shorten(name, MAX_NAME) != NOBODY
    table.manager.push(MenuScene(table.manager))
    table.picture()


@pytest.mark.parametrize("volume", ["1e999", "-1e999", "NaN", "1" + "0" * 400, "-1" + "0" * 400, "[" * 10**5])
def test_no_number_in_the_settings_ends_the_start(tmp_path: Path, volume: str) -> None:
    (tmp_path / "settings.json").write_text(f'{{"volume": {volume}, "name": "Zoe"}}', "utf-8")
    assert 0 <= Settings.load(tmp_path).volume <= 1
