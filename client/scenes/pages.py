"""What pages over another scene have in common: back leaves them, anything else is their widgets'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.ui.inputs import BACK, Command

if TYPE_CHECKING:
    from client.scene_manager import SceneManager
    from client.ui.inputs import Input
    from client.ui.widgets import Group


def leave_or_choose(manager: SceneManager, group: Group, event: Input) -> None:
    """Take the page on top off on back, and give every other input to its ``group``."""
    if isinstance(event, Command) and event.name == BACK:
        manager.pop()
    else:
        group.handle(event)
