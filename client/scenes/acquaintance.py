"""An opponent that knows you: asks first, shows how it learns, what it found and what that gained, and forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.acquaintances import FORGET, GAIN, LEARN, PUBLISH, gain_is_due, matches_of, may_offer, needs_mending
from client.records.acquaintance import ENOUGH, KNOWS, MORE, REFUSED
from client.scene_manager import AMBIENT, Setup
from client.scenes import open_scene
from client.scenes.pages import leave_or_choose
from client.ui import theme
from client.ui.inputs import BACK
from client.ui.widgets import Button, Group, hint_line, overlay_panel
from games.catalog import find_game
from games.core import GameError

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.acquaintances import Acquaintances
    from client.net.remote import OpponentInfo
    from client.records.acquaintance import Acquaintance
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

BOX: Box = (240.0, 66.0, 800.0, 588.0)
LEFT = BOX[0] + 48
WIDE = BOX[2] - 96
BUTTONS = BOX[1] + BOX[3] - 108
TOO_FEW = "After {} finished matches of {} by the usual rules, the {} can learn how you play.  You have {}."
USED = "The {} matches recorded on this machine under the name {}: your own moves alone, to learn what you tend to do."
GOES = (
    "It is worked out on this machine.  The result, a model of your habits, is deployed as a function in the {}; who "
    "may play there can play against it."
)
FORGOTTEN = "You can have it forgotten at any time: function, model and all it learned.  Your matches stay."
GAINED = (
    "On {} matches since, it {} {:.1f} ± {:.1f} {} a match, against one that does not know you (mean and standard "
    "error, the same matches for both)."
)
Words = list[tuple[str, str]]
"""A heading, which may be empty, and what is below it."""


class AcquaintanceScene:
    """An overlay over the menu, for one game."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager, game: str) -> None:
        self._manager = manager
        self._game = game
        self._sure = False
        """Whether "forget me" was pressed once."""
        self._shown: tuple[object, ...] = ()
        self._group = Group([])
        self._follow()

    @property
    def work(self) -> Acquaintances | None:
        """What is known and being done; None where nothing here trains."""
        return self._manager.acquaintances

    def handle(self, event: Input) -> None:
        """Choose, or go back; what was begun goes on."""
        leave_or_choose(self._manager, self._group, event)

    def tick(self) -> None:
        """Follow what is read and done, and begin what is due."""
        self._follow()

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw everything."""
        overlay_panel(canvas, BOX)
        canvas.text(title_of(self._manager), LEFT, BOX[1] + 34, theme.PAGE, theme.FOAM, within=WIDE)
        y = BOX[1] + 90
        for heading, words in self._words():
            if heading:
                canvas.text(heading, LEFT, y + 10, theme.LABEL, theme.AMBER, within=WIDE)
                y += 32
            y += canvas.paragraph(words, (LEFT, y, WIDE, BUTTONS - y), theme.BODY, theme.FOAM) + 4
        work = self.work
        if work is not None and work.busy:
            bar = (LEFT, BUTTONS - 44, WIDE, 12.0)
            canvas.rect(theme.EDGE, bar, 6)
            canvas.rect(theme.SIGNAL, (*bar[:2], max(12.0, WIDE * work.share), bar[3]), 6)
        self._group.draw(canvas)
        hint_line(canvas, self._manager.device, [("←→", "move"), (BACK, "menu")], LEFT, BOX[1] + BOX[3] - 38)

    def leave(self) -> None:
        """Nothing is held: what was begun goes on."""

    @property
    def _name(self) -> str:
        return self._manager.settings.name

    @property
    def _known(self) -> Acquaintance | None:
        return self.work.known if self.work is not None else None

    @property
    def _deployed(self) -> OpponentInfo | None:
        """The function, as the ladder lists it."""
        known = self._known
        listed = self._manager.ladder.opponents(self._game)
        return next((info for info in listed if known is not None and info.name == known.opponent), None)

    def _count(self, after: str = "") -> int:
        archive = self._manager.world.archive
        return matches_of(archive.rows if archive is not None else (), self._game, self._name, after)

    def _follow(self) -> None:
        work = self.work
        if work is None:
            state: tuple[object, ...] = ("none",)
        else:
            work.look(self._game, self._name)
            known = work.known
            if not work.busy and not work.trouble and (due := needs_mending(known)):
                work.begin(due)
            elif not work.busy and not work.trouble and known and gain_is_due(known, self._count(known.learned_to)):
                work.begin(GAIN)
            state = (
                work.busy,
                work.doing,
                known,
                work.offer,
                work.trouble,
                self._deployed is None,
                self._count(),
                self._sure,
            )
        if state != self._shown:
            self._shown = state
            self._set_buttons()
            self._manager.refresh()

    def _set_buttons(self) -> None:
        work, known = self.work, self._known
        choices: list[tuple[str, Callable[[], None], str]] = []
        if work is not None and work.offer is not None and not work.offer.refusal:
            if work.busy:
                choices += [("Cancel", work.cancel, "plain")] if work.doing in (LEARN, GAIN) else []
            elif work.offer.missing:
                choices += self._to_forget(known)
            elif known is None:
                choices += [("Yes, get to know me", self._learn, "primary")] if self._count() >= ENOUGH else []
            else:
                choices += self._of_known(known)
        choices.append(("Back", self._manager.pop, "quiet"))
        x, widgets = LEFT, []
        for label, press, kind in choices:
            wide = 220.0 if len(label) > 16 else 150.0  # noqa: PLR2004 - a long label
            widgets.append(Button((x, BUTTONS, wide, 48), label, press, kind))
            x += wide + 12
        self._group = Group([*widgets])
        self._group.on_move = lambda: self._manager.sounds.play("move")

    def _of_known(self, known: Acquaintance) -> list[tuple[str, Callable[[], None], str]]:
        """Return what can be done with one that has begun to learn."""
        found: list[tuple[str, Callable[[], None], str]] = []
        if known.stage == KNOWS and not known.learning:
            if self._deployed is not None:
                found.append(("Play", self._play, "primary"))
            else:
                found.append(("Deploy it", self._publish, "primary"))
        if known.learning:
            found.append(("Go on", self._learn, "primary"))
        elif self._count(known.learned_to) >= MORE:
            found.append(("Learn again", self._learn, "plain"))
        return found + self._to_forget(known)

    def _to_forget(self, known: Acquaintance | None) -> list[tuple[str, Callable[[], None], str]]:
        label = "Yes, forget all of it" if self._sure else "Forget me"
        return [(label, self._forget, "plain")] if known is not None else []

    def _words(self) -> Words:
        work = self.work
        if work is None:
            return [("", "Nothing is recorded here, or this window only shows a record: nobody can learn from it.")]
        if work.offer is None:
            return [("", "Looking…")]
        told = [("THAT DID NOT WORK", f"{work.trouble}.")] if work.trouble else []
        if work.offer.refusal:
            return [("", work.offer.refusal)]
        if work.busy:
            return [*told, *self._at_work(work)]
        if work.offer.missing:
            install, train = work.offer.missing
            return [("", "Training needs packages that are not installed here."), ("INSTALL THEM WITH", install),
                    ("OR TRAIN ELSEWHERE, WITH THESE RECORDS, BY", train)]  # fmt: skip
        known = work.known
        return [*told, *(self._asked(work.offer.title) if known is None else self._told(known))]

    def _at_work(self, work: Acquaintances) -> Words:
        known = work.known
        if work.doing == LEARN:
            more = "It goes on while you play; the page may be left."
            found = [] if known is None else _found(known)
            return [("GETTING TO KNOW YOU", f"{work.words}: {work.share:.0%}.  {more}"), *found]
        heading = "WHAT IT GAINED" if work.doing == GAIN else "A MOMENT"
        return [(heading, f"{work.words}…")]

    def _asked(self, title: str) -> Words:
        count = self._count()
        if count < ENOUGH:
            return [("", TOO_FEW.format(ENOUGH, find_game(self._game).INFO.title, title, count))]
        return [
            ("", f"The {title} can learn how you play, and become an opponent of your own."),
            ("WHAT IS USED", USED.format(count, self._name)),
            ("WHERE IT GOES", GOES.format(self._manager.world.where)),
            ("AND AFTERWARDS", FORGOTTEN),
        ]

    def _told(self, known: Acquaintance) -> Words:
        if self._sure:
            return [("FORGET YOU?", "Function, model and all that was learned are deleted.  Your matches stay.")]
        if known.learning:
            return [("IT WAS INTERRUPTED", "It can go on where it was, or forget all of it."), *_found(known)]
        if known.stage == REFUSED:
            left = max(0, MORE - self._count(known.learned_to))
            again = f"After {left} more matches it can try again." if left else "It can try again with those since."
            return [("IT DOES NOT KNOW YOU YET", f"It learned from {known.matches} matches: {known.reason}.  {again}")]
        where = "" if self._deployed is not None else "  Its function is not deployed (yet)."
        learned = f"Learned from {known.matches} matches.{where}"
        return [*_found(known), ("", learned), ("WHAT IT GAINED", self._gained(known))]

    def _gained(self, known: Acquaintance) -> str:
        gain, later = known.gain, self._count(known.learned_to)
        if gain is None:
            return f"That is told after {MORE} more matches, which it has not learned from.  There are {later}."
        way = "saved" if gain.mean >= 0 else "lost"
        return GAINED.format(gain.matches, way, abs(gain.mean), gain.error, gain.unit)

    def _learn(self) -> None:
        self._begin(LEARN)

    def _publish(self) -> None:
        self._begin(PUBLISH)

    def _forget(self) -> None:
        if self._sure:
            self._begin(FORGET)
        self._sure = not self._sure

    def _begin(self, what: str) -> None:
        if self.work is not None:
            self._manager.sounds.play("accept")
            self.work.begin(what)

    def _play(self) -> None:
        info = self._deployed
        if info is None:
            return
        try:
            scene = open_scene(self._manager, Setup(self._game, info, {}))
        except GameError:
            return
        self._manager.sounds.play("accept")
        self._manager.replace(scene)


def title_of(manager: SceneManager) -> str:
    """Return what the page and the button that leads to it are called."""
    work = manager.acquaintances
    title = work.offer.title if work is not None and work.offer is not None else ""
    return f"{'An' if title[:1] in 'AEIOU' else 'A'} {title or 'opponent'} that knows you" if title else "Who knows you"


def offered_words(manager: SceneManager, game: str) -> str:
    """Return what the menu offers of ``game``, and how far that is; empty for nothing."""
    work, archive, name = manager.acquaintances, manager.world.archive, manager.settings.name
    if work is None or archive is None:
        return ""
    work.look(game, name)
    if work.offer is None or work.offer.refusal or not may_offer(work.known, archive.rows, game, name):
        return ""
    return f"Getting to know you: {work.share:.0%}" if work.busy and work.doing == LEARN else title_of(manager)


def _found(known: Acquaintance) -> Words:
    if known.stage != KNOWS:
        return []
    first, *others = known.found or ("Habits that show in your fleets, but none that a sentence could tell.",)
    return [("WHAT IT FOUND", first), *(("", one) for one in others)]
