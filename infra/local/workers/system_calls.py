"""Numbers and structures of Linux that Python has no names for."""

from __future__ import annotations

import ctypes
import errno
import gc
import platform
import struct
import sys

_X86_64, _AARCH64 = 0xC000003E, 0xC00000B7
"""AUDIT_ARCH of linux/audit.h."""
_HIDDEN_MEMORY = {"x86_64": (_X86_64, (319, 447, 29)), "aarch64": (_AARCH64, (279, 447, 194))}
"""memfd_create, memfd_secret and shmget: memory that no process needs to have mapped, so that nobody can count it."""
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
"""BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K and BPF_RET|BPF_K of linux/bpf_common.h."""
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
"""SECCOMP_RET_ALLOW and SECCOMP_RET_ERRNO of linux/seccomp.h."""
_CREATE_RULESET = 444
_VERSION_FLAG = 1
_SET_CHILD_SUBREAPER = 36


def filter_program(machine: str | None = None) -> bytes:
    """Return a seccomp filter that refuses memory which cannot be counted; empty for an unknown machine."""
    known = _HIDDEN_MEMORY.get(machine or platform.machine())
    if known is None:
        return b""
    architecture, refused = known
    allow_at = len(refused) + 3
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 0, allow_at - 2, architecture), (_LOAD, 0, 0, 0)]
    steps += [(_EQUAL, allow_at - at, 0, number) for at, number in enumerate(refused, start=3)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def landlock_version() -> int:
    """Return the version of Landlock that the kernel has; 0 for none."""
    if sys.platform != "linux":
        return 0
    library = ctypes.CDLL(None, use_errno=True)
    return max(0, int(library.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)))


def adopt_orphans() -> None:
    """Let processes whose parent ends become children of this one, where the system can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def give_memory_back() -> None:
    """Give the system what this process no longer uses; glibc keeps it otherwise."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:  # not in musl
            trim(0)
