"""An opponent that gets to know the person: consent, progress, what it found, what it gained, and forgetting."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest
from fake_tutor import FOUND, KNOWN, FakeTutor
from tables import Table, info, wait_until
from test_profile import summary
from test_replay import archive_with

from client.acquaintances import DROP, FORGET, GAIN, LEARN, PUBLISH, Acquaintances, Offer, gain_is_due
from client.records import acquaintance
from client.records.acquaintance import ENOUGH, FORGETTING, MORE, NEW, REFUSED, Gain
from client.scenes.acquaintance import AcquaintanceScene, offered_words
from client.scenes.menu import TOP, MenuScene
from client.ui.inputs import ACCEPT, BACK, DOWN, LEFT, RIGHT, UP, Command

if TYPE_CHECKING:
    from pathlib import Path

    from client.records.acquaintance import Acquaintance
    from client.records.archive import Summary


def played(count: int) -> tuple[Summary, ...]:
    return tuple(summary(number, 1, tally={"cells": [1, 2, 3]}) for number in range(count))[::-1]


def page(table: Table, folder: Path, tutor: FakeTutor, matches: int) -> AcquaintanceScene:
    archive = archive_with(table, folder / "records", [])
    archive.close()
    archive.rows = played(matches)
    table.manager.acquaintances = Acquaintances(tutor)
    scene = AcquaintanceScene(table.manager, "battleship")
    table.manager.push(scene)
    wait_until(table, lambda: table.manager.acquaintances.offer is not None)
    table.tick()
    table.picture()
    return scene


def words_of(scene: AcquaintanceScene) -> str:
    return "\n".join(f"{heading} {words}" for heading, words in scene._words())


def labels(scene: AcquaintanceScene) -> list[str]:
    return [widget.label for widget in scene._group.widgets]


def press(table: Table, scene: AcquaintanceScene, label: str) -> None:
    scene._group.focus = labels(scene).index(label)
    scene.handle(Command(ACCEPT))
    table.tick()
    table.picture()


def end(table: Table, tutor: FakeTutor, kept: Acquaintance | None, trouble: str | None = None) -> None:
    """Let the last piece of work come to its end."""
    tutor.kept = kept
    tutor.jobs[-1].over, tutor.jobs[-1].trouble = True, trouble
    table.tick()
    work = table.manager.acquaintances
    wait_until(table, lambda: work._reading is None and work.known == kept)
    table.tick()
    table.picture()


def test_too_few_matches_are_said_and_nothing_can_be_begun(table: Table, tmp_path: Path) -> None:
    scene = page(table, tmp_path, FakeTutor(), ENOUGH - 1)
    assert f"You have {ENOUGH - 1}." in words_of(scene)
    assert labels(scene) == ["Back"]
    assert offered_words(table.manager, "battleship") == ""


def test_it_asks_first_then_learns_while_something_else_is_done_then_tells(table: Table, tmp_path: Path) -> None:
    tutor = FakeTutor()
    scene = page(table, tmp_path, tutor, 12)
    told = words_of(scene)
    assert "The 12 matches recorded on this machine under the name Ada" in told
    assert "local cloud" in told
    assert tutor.begun == []
    press(table, scene, "Yes, get to know me")
    assert tutor.begun == [LEARN]
    tutor.jobs[0].share, tutor.jobs[0].doing = 0.4, "foretelling"
    assert "foretelling: 40%" in words_of(scene)
    assert offered_words(table.manager, "battleship") == "Getting to know you: 40%"
    table.manager.pop()
    end(table, tutor, KNOWN)
    scene = AcquaintanceScene(table.manager, "battleship")
    table.manager.push(scene)
    table.tick()
    assert all(line in words_of(scene) for line in FOUND)
    assert f"after {MORE} more matches" in words_of(scene)
    assert labels(scene)[0] == "Deploy it"
    table.listed.append(info("battleship_expert_for_ada"))
    wait_until(table, lambda: "Play" in labels(scene))
    press(table, scene, "Play")
    assert type(table.manager.scenes[-1]).__name__ == "BattleshipScene"
    assert table.manager.scenes[-1].setup.opponent.name == "battleship_expert_for_ada"


def test_what_is_cancelled_leaves_nothing(table: Table, tmp_path: Path) -> None:
    tutor = FakeTutor()
    scene = page(table, tmp_path, tutor, 12)
    press(table, scene, "Yes, get to know me")
    press(table, scene, "Cancel")
    table.tick()
    assert tutor.begun == [LEARN, DROP]
    end(table, tutor, None)
    assert "Yes, get to know me" in labels(scene)


def test_what_was_killed_is_offered_to_go_on_or_to_be_forgotten(table: Table, tmp_path: Path) -> None:
    tutor = FakeTutor(replace(KNOWN, stage=NEW, learning=True, found=()))
    scene = page(table, tmp_path, tutor, 12)
    assert "IT WAS INTERRUPTED" in words_of(scene)
    assert labels(scene) == ["Go on", "Forget me", "Back"]
    press(table, scene, "Go on")
    assert tutor.begun == [LEARN]
    end(table, tutor, replace(KNOWN, stage=REFUSED, found=(), reason="no habits are shown"))
    assert "no habits are shown" in words_of(scene)
    assert f"After {MORE} more matches" in words_of(scene)


def test_after_ten_more_games_the_gain_is_worked_out_and_told_with_its_error(table: Table, tmp_path: Path) -> None:
    tutor = FakeTutor(KNOWN)
    scene = page(table, tmp_path, tutor, 12 + MORE)
    assert tutor.begun == [GAIN]
    end(table, tutor, replace(KNOWN, gain=Gain(10, 6.25, 1.5, "shots")))
    assert "On 10 matches since, it saved 6.2 ± 1.5 shots a match" in words_of(scene)
    assert "Learn again" in labels(scene)
    table.tick(5)
    assert tutor.begun == [GAIN], "it is worked out once, until ten more were played"
    assert gain_is_due(tutor.kept, 19) is False
    assert gain_is_due(tutor.kept, 20) is True


def test_a_gain_that_cannot_be_worked_out_is_said_and_not_tried_for_ever(table: Table, tmp_path: Path) -> None:
    tutor = FakeTutor(KNOWN)
    scene = page(table, tmp_path, tutor, 12 + MORE)
    end(table, tutor, KNOWN, "the disk is full")
    assert "the disk is full" in words_of(scene)
    table.tick(5)
    assert tutor.begun == [GAIN]


def test_forgetting_asks_twice_and_goes_on_by_itself_after_a_kill(table: Table, tmp_path: Path) -> None:
    tutor = FakeTutor(KNOWN)
    scene = page(table, tmp_path, tutor, 12)
    press(table, scene, "Forget me")
    assert tutor.begun == []
    assert "Your matches stay" in words_of(scene)
    press(table, scene, "Yes, forget all of it")
    assert tutor.begun == [FORGET]
    end(table, tutor, None)
    assert "Yes, get to know me" in labels(scene)


def test_a_killed_forgetting_is_finished_when_the_page_is_opened(table: Table, tmp_path: Path) -> None:
    tutor = FakeTutor(replace(KNOWN, stage=FORGETTING))
    page(table, tmp_path, tutor, 12)
    assert tutor.begun == [FORGET]


def test_without_what_trains_the_commands_are_shown(table: Table, tmp_path: Path) -> None:
    tutor = FakeTutor(said=Offer("Admiral", missing=("pip install it", "lambda-arcade train x --for Ada")))
    scene = page(table, tmp_path, tutor, 12)
    assert "pip install it" in words_of(scene)
    assert "lambda-arcade train x --for Ada" in words_of(scene)
    assert labels(scene) == ["Back"]


def test_a_game_whose_opponents_know_nobody_refuses_with_a_sentence(table: Table, tmp_path: Path) -> None:
    scene = page(table, tmp_path, FakeTutor(said=Offer("", refusal="Nobody can.")), 12)
    assert words_of(scene).strip() == "Nobody can."
    assert offered_words(table.manager, "battleship") == ""


def test_whatever_goes_wrong_while_it_is_looked_up_the_window_goes_on(table: Table, tmp_path: Path) -> None:
    class Broken(FakeTutor):
        def read(self, game: str, player: str) -> Acquaintance | None:  # noqa: ARG002 - as tutors do
            raise OSError(5, "Input/output error")

    scene = page(table, tmp_path, Broken(), 12)
    assert "That cannot be told: Input/output error" in words_of(scene)


def test_a_failed_deployment_is_said_and_can_be_tried_again(table: Table, tmp_path: Path) -> None:
    tutor = FakeTutor()
    scene = page(table, tmp_path, tutor, 12)
    press(table, scene, "Yes, get to know me")
    end(table, tutor, KNOWN, "it has learned, but its function could not be deployed: no room")
    assert "no room" in words_of(scene)
    press(table, scene, "Deploy it")
    assert tutor.begun == [LEARN, PUBLISH]


def test_the_menu_offers_it_by_keys_alone(table: Table, tmp_path: Path) -> None:
    archive = archive_with(table, tmp_path / "records", [])
    archive.close()
    archive.rows = played(12)
    table.manager.acquaintances = Acquaintances(FakeTutor())
    menu = MenuScene(table.manager)
    table.manager.push(menu)
    wait_until(table, lambda: menu._offer.label == "An Admiral that knows you")
    wait_until(table, lambda: menu._picker.chosen is not None)
    table.picture()
    for name in (RIGHT, UP):
        menu.handle(Command(name))
    assert menu._zone == TOP
    table.picture()
    for name in (DOWN, UP, LEFT, UP):
        menu.handle(Command(name))
    assert menu._zone == TOP
    menu.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], AcquaintanceScene)
    table.manager.handle(Command(BACK))
    assert table.manager.scenes[-1] is menu


@pytest.mark.parametrize("name", ["Ada", "x" * 40, "\u0634\u0647\u0631\u0632\u0627\u062f", "\U0001f6a2\U0001f680"])
def test_what_is_kept_is_read_back_and_nothing_else(name: str, tmp_path: Path) -> None:
    known = replace(KNOWN, player=name, gain=Gain(10, -1.5, 0.5, "shots"), artifacts=("artifacts/1.zip",))
    acquaintance.write(tmp_path, known)
    assert acquaintance.read(tmp_path, "battleship", name) == known
    assert acquaintance.read(tmp_path, "battleship", f"{name}!") is None
    path = acquaintance.path_of(tmp_path, "battleship", name)
    assert path.parent == tmp_path / acquaintance.FOLDER
    path.write_text(json.dumps({**asdict(known), "matches": -1}))
    assert acquaintance.read(tmp_path, "battleship", name) is None
    path.write_text(json.dumps({**asdict(known), "matches": 1})[:-20])
    assert acquaintance.read(tmp_path, "battleship", name) is None
    acquaintance.steps_of(tmp_path, "battleship", name).mkdir()
    acquaintance.forget(tmp_path, known)
    assert list(path.parent.iterdir()) == []
