"""Drags a file onto a window of X11 and drops it there: ``python xdnd.py WINDOW FILE``.

The source's side of XDND, version 5 (freedesktop.org), by Xlib: enter, position, drop, and the file's address where the
window asks for it.  Ends when the window has said that it is done.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, Structure, Union, byref, c_char_p, c_int, c_long, c_ubyte, c_ulong, c_void_p
from ctypes.util import find_library
from pathlib import Path

VERSION = 5
SELECTION_REQUEST, SELECTION_NOTIFY, CLIENT_MESSAGE = 30, 31, 33
ATOM = 4


class Message(Structure):
    """XClientMessageEvent."""

    _fields_ = [
        ("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p), ("window", c_ulong),
        ("message_type", c_ulong), ("format", c_int), ("data", c_long * 5),
    ]  # fmt: skip


class Request(Structure):
    """XSelectionRequestEvent."""

    _fields_ = [
        ("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p), ("owner", c_ulong),
        ("requestor", c_ulong), ("selection", c_ulong), ("target", c_ulong), ("property", c_ulong), ("time", c_ulong),
    ]  # fmt: skip


class Notify(Structure):
    """XSelectionEvent."""

    _fields_ = [
        ("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p), ("requestor", c_ulong),
        ("selection", c_ulong), ("target", c_ulong), ("property", c_ulong), ("time", c_ulong),
    ]  # fmt: skip


class Event(Union):
    """XEvent."""

    _fields_ = [("type", c_int), ("message", Message), ("request", Request), ("notify", Notify), ("pad", c_long * 24)]


def main(window: int, path: Path) -> None:
    """Drop the file at ``path`` onto ``window``."""
    x = ctypes.CDLL(find_library("X11") or "libX11.so.6")
    x.XOpenDisplay.restype = c_void_p
    x.XInternAtom.argtypes, x.XInternAtom.restype = [c_void_p, c_char_p, c_int], c_ulong
    x.XDefaultRootWindow.argtypes, x.XDefaultRootWindow.restype = [c_void_p], c_ulong
    x.XCreateSimpleWindow.argtypes = [c_void_p, c_ulong, *[c_int] * 4, c_int, c_ulong, c_ulong]
    x.XCreateSimpleWindow.restype = c_ulong
    x.XSetSelectionOwner.argtypes = [c_void_p, c_ulong, c_ulong, c_ulong]
    x.XSendEvent.argtypes = [c_void_p, c_ulong, c_int, c_long, POINTER(Event)]
    x.XNextEvent.argtypes = [c_void_p, POINTER(Event)]
    x.XFlush.argtypes = [c_void_p]
    x.XChangeProperty.argtypes = [c_void_p, c_ulong, c_ulong, c_ulong, c_int, c_int, POINTER(c_ubyte), c_int]
    display = x.XOpenDisplay(None)
    names = ("Enter", "Position", "Status", "Drop", "Finished", "Selection", "ActionCopy")
    atom = {name: x.XInternAtom(display, f"Xdnd{name}".encode(), 0) for name in names}
    uris = x.XInternAtom(display, b"text/uri-list", 0)
    source = x.XCreateSimpleWindow(display, x.XDefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0)
    x.XSetSelectionOwner(display, atom["Selection"], source, 0)

    def send(name: str, *data: int) -> None:
        event = Event()
        event.message = Message(CLIENT_MESSAGE, 0, 1, display, window, atom[name], 32, (c_long * 5)(source, *data))
        x.XSendEvent(display, window, 0, 0, byref(event))
        x.XFlush(display)

    send("Enter", VERSION << 24, uris, 0, 0)
    send("Position", 0, (400 << 16) | 300, 0, atom["ActionCopy"])
    content = (path.resolve().as_uri() + "\r\n").encode()
    event = Event()
    while True:
        x.XNextEvent(display, byref(event))
        if event.type == CLIENT_MESSAGE and event.message.message_type == atom["Status"]:
            send("Drop", 0, 0, 0, 0)
        elif event.type == CLIENT_MESSAGE and event.message.message_type == atom["Finished"]:
            return
        elif event.type == SELECTION_REQUEST:
            asked = event.request
            told = (c_ubyte * len(content)).from_buffer_copy(content)
            x.XChangeProperty(display, asked.requestor, asked.property, asked.target, 8, 0, told, len(content))
            answer = Event()
            answer.notify = Notify(
                SELECTION_NOTIFY, 0, 1, display, asked.requestor, asked.selection, asked.target, asked.property, 0
            )
            x.XSendEvent(display, asked.requestor, 0, 0, byref(answer))
            x.XFlush(display)


if __name__ == "__main__":
    main(int(sys.argv[1], 0), Path(sys.argv[2]))
