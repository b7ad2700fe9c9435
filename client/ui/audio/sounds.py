"""Plays synthesised sounds.  Everything slow happens in a thread; without an audio device the game is silent."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import pygame

from client.ui.audio.synth import RATE, SYNTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.ui.audio.synth import Samples, Synth

CHANNELS = 24
BUFFER = 512
"""Samples; about 12 ms, so that a shot is heard when it is seen."""


class Sounds:
    """Sounds by name.  What is played before it is ready, or without a device, is not heard."""

    def __init__(self, volume: float = 0.7, *, silent: bool = False) -> None:
        self.volume = volume
        self.music = volume
        """How loud what loops is, and tunes."""
        self._muted = False
        self._ready: dict[str, pygame.mixer.Sound] = {}
        self._looping: dict[str, pygame.mixer.Channel] = {}
        self._to_make: SimpleQueue[Mapping[str, Synth] | None] = SimpleQueue()
        self._to_make.put(SYNTHS)
        if not silent and has_device():
            Thread(target=self._work, name="sounds", daemon=True).start()

    def add(self, synths: Mapping[str, Synth]) -> None:
        """Make more sounds playable; they are synthesised in the background."""
        self._to_make.put(synths)

    def mute(self, *, muted: bool) -> None:
        """End all that sounds, and stay silent until told otherwise."""
        self._muted = muted
        if muted:
            self.stop()
            if pygame.mixer.get_init() is not None:
                pygame.mixer.stop()

    def play(self, name: str, loudness: float = 1.0, *, tune: bool = False) -> None:
        """Play a sound, or a tune, once."""
        sound = self._ready.get(name)
        volume = self.music if tune else self.volume
        if sound is not None and volume > 0 and not self._muted:
            channel = sound.play()
            if channel is not None:
                channel.set_volume(volume * loudness)

    def loop(self, name: str, loudness: float = 1.0) -> None:
        """Play a sound over and over until ``stop``; when it loops already, only its loudness changes."""
        sound = self._ready.get(name)
        if sound is None or self._muted:
            return
        channel = self._looping.get(name)
        if channel is None or channel.get_sound() is not sound:
            channel = sound.play(loops=-1)
            if channel is None:
                return  # type: ignore[unreachable]  # pygame's stubs forget that all channels may be busy
            self._looping[name] = channel
        channel.set_volume(self.music * loudness)

    def stop(self, name: str | None = None) -> None:
        """Stop a looping sound, or all of them."""
        for one in [name] if name is not None else list(self._looping):
            channel = self._looping.pop(one, None)
            if channel is not None:
                channel.stop()

    def close(self) -> None:
        """Fall silent for good."""
        self._to_make.put(None)
        if pygame.mixer.get_init() is not None:
            pygame.mixer.quit()
        self._ready = {}

    def _work(self) -> None:
        try:
            pygame.mixer.init(RATE, -16, 2, BUFFER)
        except pygame.error:
            return  # the device is taken or broken: silence is the right sound
        pygame.mixer.set_num_channels(CHANNELS)
        while (synths := self._to_make.get()) is not None:
            for name, synth in synths.items():
                samples = _stereo(synth())
                try:
                    self._ready[name] = pygame.mixer.Sound(buffer=samples)
                except pygame.error:
                    return  # the window was closed meanwhile


def has_device() -> bool:
    """Return whether there may be something to play on.

    On Linux this looks before it opens, because ALSA writes a page of errors to stderr where there is no device.
    """
    if os.environ.get("SDL_AUDIODRIVER") or not sys.platform.startswith("linux"):
        return True
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"))
    servers = (runtime / "pulse" / "native", runtime / "pipewire-0")
    cards = Path("/proc/asound/cards")
    has_card = cards.exists() and "no soundcards" not in cards.read_text()
    return has_card or "PULSE_SERVER" in os.environ or any(path.exists() for path in servers)


def _stereo(samples: Samples) -> bytes:
    mono = (np.clip(samples, -1, 1) * 32_000).astype("<i2")
    return np.repeat(mono, 2).tobytes()
