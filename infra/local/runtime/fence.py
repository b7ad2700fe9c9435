"""Keeps the process that calls it to what it is told, with Landlock.  Imported where bubblewrap is not installed.

https://docs.kernel.org/userspace-api/landlock.html; from version 6 on there is a scope for signals.
"""

import ctypes
import json
import os

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1
SET_PDEATHSIG, SET_NO_NEW_PRIVS, SIGKILL = 1, 38, 9
READ = 0b1101
"""Execute, read a file, read a directory."""
OF_A_FILE = 0b1100_0000_0000_0111
"""What may be said of a file that is no directory: execute, write, read, truncate, ioctl (from bits 14 and 15 on)."""
ALL = 0xFFFF
"""All rights to files of version 5 and later."""
SCOPES = 0b11
"""No signals to processes outside, and no abstract sockets of theirs."""


def keep_to(told: str) -> None:
    """Let this process, and all that it starts, read and write only what ``told``, as JSON, names.  Raises OSError."""
    data = json.loads(told)
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    attributes = (ctypes.c_uint64 * 3)(ALL, 0, SCOPES)
    ruleset = library.syscall(CREATE_RULESET, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused its rules")
    for path in data["read"]:
        _allow(library, ruleset, path, READ)
    for path in data["write"]:
        _allow(library, ruleset, path, ALL)
    library.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if library.syscall(RESTRICT_SELF, ruleset, 0) != 0:
        raise OSError(ctypes.get_errno(), "Landlock refused to hold")
    os.close(ruleset)


def _allow(library: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        number = os.open(path, os.O_PATH)
    except OSError:
        return  # not every system has all of them
    if not os.path.isdir(path):  # noqa: PTH112 - pathlib costs 10 ms at every cold start
        rights &= OF_A_FILE

    class Beneath(ctypes.Structure):
        _pack_ = 1
        _fields_ = (("rights", ctypes.c_uint64), ("parent", ctypes.c_int32))

    rule = Beneath(rights, number)
    refused = library.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
    os.close(number)
    if refused:
        raise OSError(ctypes.get_errno(), f"Landlock refused its rule about {path}")
