"""Any game as an environment of the field: PettingZoo's for every seat, Gymnasium's for one."""

import os

_DRIVER = "SDL_AUDIODRIVER"
_before = os.environ.get(_DRIVER)

import pettingzoo  # noqa: E402, F401 - it chooses a sound driver for the whole process, in which a game's window may be

if _before is None:
    os.environ.pop(_DRIVER, None)
else:
    os.environ[_DRIVER] = _before
