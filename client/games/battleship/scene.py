"""The scene of Battleship: what a person does, and what that sets off.  ``Battle`` holds the match itself."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import TYPE_CHECKING

from client.games.battleship import drawing
from client.games.battleship.battle import LANDED, Battle, Moment
from client.games.battleship.board import CHART, SONAR, Board
from client.games.battleship.effects import BLAST, RIPPLE, SHELL, SINKING, SPLASH, Effect
from client.games.battleship.placing import Placing
from client.games.battleship.sounds import SYNTHS
from client.games.two_seats_scene import TwoSeatsScene
from client.scene_manager import AMBIENT, EVERY, TICKS_PER_SECOND
from client.scenes.pause import PauseScene
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DIRECTIONS,
    ERASE,
    HINT,
    LEFT,
    LEFT_BUTTON,
    RIGHT,
    SHUFFLE,
    STEP,
    SWAP,
    Command,
    Pointer,
)
from client.ui.widgets import Button, Group
from games.battleship.fleet import Cell
from games.battleship.notation import HIT, MISS, SUNK, Shot, parse_cell

if TYPE_CHECKING:
    from client.scene_manager import SceneManager, Setup
    from client.ui.canvas import Canvas
    from client.ui.inputs import Input
    from games.battleship.fleet import Placement
    from games.battleship.notation import Report
    from games.core import Player

EFFECT = {MISS: SPLASH, HIT: BLAST, SUNK: SINKING}
SOUND = {MISS: "splash", HIT: "hit", SUNK: "sunk"}


class BattleshipScene(TwoSeatsScene):
    """One match.  ``me`` is the person's seat: ``one`` shoots first."""

    def __init__(self, manager: SceneManager, setup: Setup, me: Player = "one") -> None:
        self.battle = Battle(manager.world, setup, manager.settings.name, me)
        super().__init__(manager, setup, self.battle)
        variant = self.battle.state.variant
        self.enemy_board = Board(variant, 82, 140, 456, SONAR)
        self.own_board = Board(variant, 620, 140, 320, CHART)
        self.placing_board = Board(variant, 82, 140, 456, CHART)
        dock = drawing.dock_boxes(variant)
        chance = Random(manager.world.new_seed())  # noqa: S311 - a game
        self.placing: Placing | None = None
        if self.battle.state.fleets is None:
            self.placing = Placing(self.placing_board, dock, chance, self._play_sound)
        self.cursor = Cell(variant.size // 2, variant.size // 2)
        self.effects: list[Effect] = []
        self.log: list[tuple[str, Report]] = []
        self._turn = (False, True)
        """Whether the person may act, and whether fleets are still placed: what the heading shows."""
        manager.sounds.add(SYNTHS)
        self._set_buttons()
        if self.placing is not None:
            self._allow_buttons(self.placing)

    @property
    def my_turn(self) -> bool:
        """Whether the person may act now."""
        return self.battle.my_turn

    def act(self, action: Placement | Shot) -> None:
        """Play for the person, as if it had been done by hand."""
        if isinstance(action, Shot):
            self.cursor = action.cell
            self.battle.shoot(action.cell)
        else:
            self._begin(action)

    @property
    def pace(self) -> float:
        """Every picture while a shell flies, something burns or a banner stands there."""
        return EVERY if self.effects or self.has_banner or not self.battle.settled else AMBIENT

    def handle(self, event: Input) -> None:
        """Place, shoot, or press a button."""
        self._dispatch(event)
        if self.placing is not None:
            self._allow_buttons(self.placing)

    def _allow_buttons(self, placing: Placing) -> None:
        """Let those be pressed that mean something now."""
        begin, undo, _, clear, _ = self.buttons.widgets
        begin.enabled = placing.placement is not None
        clear.enabled = bool(placing.placed)
        undo.enabled = placing.can_undo

    def _dispatch(self, event: Input) -> None:
        if isinstance(event, Command) and event.name == BACK and not event.repeat:
            self._back()
        elif isinstance(event, Command) and event.name == SWAP and not self.battle.over:
            self.open_swap()
        elif isinstance(event, Pointer):
            self._point(event)
        elif isinstance(event, Command):
            self._command(event)

    def _back(self) -> None:
        if not self._ended:
            self.manager.push(PauseScene(self.manager, self.open_swap, self.manager.to_menu))
        elif not self.buttons.unseen:
            self.manager.to_menu()

    def tick(self) -> None:
        """Let the match go on."""
        self.lapse += 1 / TICKS_PER_SECOND
        if self.battle.take_hint():
            self.cursor = parse_cell(self.battle.hint.text)
            self.manager.sounds.play("ping")
        for moment in self.battle.tick(self.pause_s):
            self._show(moment)
        self.effects = [effect for effect in self.effects if not effect.over(self.lapse)]
        if self._turn != (turn := (self.battle.my_turn, self.battle.state.fleets is None)):
            self._turn = turn
            self.manager.refresh()
        if self._ended:
            self.review.tick()
        elif self.battle.over:
            self._end()

    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw everything."""
        drawing.draw_scene(canvas, self, self.lapse + alpha / TICKS_PER_SECOND)

    def _put_to_sea(self) -> None:
        placement = self.placing.placement if self.placing is not None else None
        if placement is None:
            self._refuse()
        else:
            self._begin(placement)

    def _begin(self, placement: Placement) -> None:
        self.battle.place(placement)
        self.placing = None
        self.on_board = True
        self.banner = ("Battle stations", self.lapse)
        self.manager.sounds.play("ping")
        self._set_buttons()

    def _again(self) -> None:
        info = self.battle.client.info
        setup = type(self.setup)(self.setup.game, info, self.setup.options)
        self.manager.replace(BattleshipScene(self.manager, setup, self.battle.foe))

    def _command(self, event: Command) -> None:
        if self.placing is None and not self._ended:
            self._aim(event)
            return
        if self.placing is not None and event.name == SHUFFLE:
            self._at_random(self.placing)
            return
        if self.placing is not None and event.name == ERASE:
            self.placing.undo()
            return
        if self.on_board and self.placing is not None and self._place(self.placing, event):
            return
        if not self.on_board and event.name == LEFT and self._leftmost():
            self.on_board = not self._ended
            return
        if self.on_board and event.name == RIGHT and not event.repeat:
            self.on_board = False
            self.buttons.focus = 0
            return
        if not self.on_board:
            self.buttons.handle(event)

    def _place(self, placing: Placing, event: Command) -> bool:
        """Lay out the fleet; when all of it lies, accept leads to the button that begins."""
        handled = placing.handle(event)
        if event.name == ACCEPT and placing.placement is not None:
            self.on_board = False
            self.buttons.focus = 0
            return True
        return handled

    def _at_random(self, placing: Placing) -> None:
        """Lay the fleet out by chance; accept then begins the battle."""
        placing.shuffle()
        self.on_board = False
        self.buttons.focus = 0

    def _aim(self, event: Command) -> None:
        """Move the cursor, or shoot."""
        self.on_board = True
        self.buttons.focus = None
        if event.name in DIRECTIONS:
            across, down = STEP[event.name]
            moved = Cell(self.cursor.column + across, self.cursor.row + down)
            if self.enemy_board.variant.holds(moved):
                self.cursor = moved
        elif event.name == ACCEPT and not event.repeat:
            self._shoot()
        elif event.name == SHUFFLE:
            self._explain()
        elif event.name == HINT and not event.repeat:
            self._hint()

    def _leftmost(self) -> bool:
        focus = self.buttons.focus
        if focus is None:
            return True
        left = self.buttons.widgets[focus].box[0]
        return all(widget.box[0] >= left for widget in self.buttons.widgets)

    def _point(self, event: Pointer) -> None:
        if self.placing is not None and self.placing.handle(event):
            self.on_board = True
            self.buttons.focus = None
            return
        cell = self.enemy_board.cell_at(event.x, event.y)
        if self.placing is None and cell is not None and not self._ended:
            self.on_board = True
            self.buttons.focus = None
            self.cursor = cell
            if event.kind == "press" and event.button == LEFT_BUTTON:
                self._shoot()
        elif self.buttons.handle(event):
            self.on_board = False

    def _explain(self) -> None:
        """Show, or no longer, what the opponent thinks; it is asked to say so from its next shot on."""
        super()._explain()
        self._set_buttons()

    def _shoot(self) -> None:
        if self._ended:
            return
        if self.battle.may_shoot(self.cursor):
            self.battle.shoot(self.cursor)
        else:
            self._refuse()

    def _show(self, moment: Moment) -> None:
        mine = moment.shooter == self.battle.me
        board, other = (self.enemy_board, self.own_board) if mine else (self.own_board, self.enemy_board)
        x, y = board.centre(moment.report.cell)
        if moment.kind != LANDED:
            start = (other.left + other.side / 2, other.top + other.side * 0.9)
            self.effects.append(Effect(SHELL, x, y, board.cell, self.lapse, start))
            self.manager.sounds.play("launch", 0.7)
            return
        kind = EFFECT.get(moment.report.result, RIPPLE)
        self.effects.append(Effect(kind, x, y, board.cell, self.lapse))
        self.manager.sounds.play(SOUND.get(moment.report.result, "turn"))
        who = "you" if mine else "stand-in" if moment.stood_in else self.name_of_foe
        self.log.append((who, moment.report))
        if moment.report.ship is not None:
            ship = moment.report.ship.replace("_", " ")
            self.banner = (f"{'Enemy' if mine else 'Your'} {ship} sunk", self.lapse)

    def _end(self) -> None:
        super()._end()
        self.on_board = False
        self._set_buttons()

    def _set_buttons(self) -> None:
        if self._ended:
            widgets = [
                Button((620, 598, 102, 44), "Play again", self._again, "primary"),
                Button((838, 598, 102, 44), "Menu", self.manager.to_menu),
                Button((729, 598, 102, 44), "Review", self.review.open),
            ]
        elif self.placing is not None:
            widgets = [
                Button((620, 548, 320, 50), "Put to sea", self._put_to_sea, "primary"),
                Button((620, 608, 92, 44), "Undo", self.placing.undo),
                Button((720, 608, 120, 44), "Random", partial(self._at_random, self.placing), hint="X"),
                Button((848, 608, 92, 44), "Clear", self.placing.clear),
                Button((980, 626, 264, 44), "Swap opponent", self.open_swap, hint="Tab"),
            ]
        else:
            label = "Hide mind" if self.battle.explain else "Its mind"
            widgets = [
                Button((980, 622, 128, 44), "Swap", self.open_swap, hint="Tab"),
                Button((1116, 622, 128, 44), label, self._explain, hint="X"),
            ]
        self.buttons = Group([*widgets], unseen=self._ended)  # the key that ended it means no button
        self.buttons.on_move = lambda: self.manager.sounds.play("move")
        self.buttons.focus = 0 if self._ended else None

    def _play_sound(self, name: str) -> None:
        self.manager.sounds.play(name)


def open_scene(manager: SceneManager, setup: Setup) -> BattleshipScene:
    """Return a new match."""
    return BattleshipScene(manager, setup, "one" if setup.begin is None else setup.begin.me)
