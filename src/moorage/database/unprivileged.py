"""Runs a PostgreSQL program for a root user.

PostgreSQL refuses to run as root. Started as ``python unprivileged.py MODE UID PROGRAM ARGUMENT...`` this replaces
itself with the program, as another user in one of two ways:

- ``namespace``: in a user namespace where root's files belong to UID. Nothing on the machine changes: no account is
  made, no directory opened to others, and the data stay root's.
- ``account``: as the account UID, where the kernel grants no namespace (most containers).

It runs apart, with the standard library only, because the calling process has threads, and code between fork and exec
of such a process may only do what is safe in a signal handler.
"""

from __future__ import annotations

import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000


def enter_namespace(uid: int) -> None:
    """Become UID in a new user namespace that maps it to the present user.

    Raises:
        OSError: the kernel does not allow it.
    """
    outside_uid, outside_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    # user_namespaces(7): a group map may only be written once setgroups is denied.
    for name, content in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outside_uid} 1"),
        ("gid_map", f"{uid} {outside_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(content)


def become_account(uid: int) -> None:
    """Become the account UID for good."""
    import pwd

    entry = pwd.getpwuid(uid)
    os.initgroups(entry.pw_name, entry.pw_gid)
    os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
    os.setresuid(uid, uid, uid)


def main(arguments: list[str]) -> None:
    """Change the user, then become the program."""
    mode, uid, *command = arguments
    if mode == "namespace":
        enter_namespace(int(uid))
    else:
        become_account(int(uid))
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
