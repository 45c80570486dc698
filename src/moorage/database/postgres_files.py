"""The files beside an embedded PostgreSQL: its configuration and the directory of its socket."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

#: Longest path of a Unix socket (sockaddr_un.sun_path, less the closing zero).
MAX_SOCKET_PATH = 107
SOCKET_NAME = ".s.PGSQL.5432"


def configuration(socket: Path, max_connections: int) -> str:
    """The text of postgresql.conf. What an administrator set with ALTER SYSTEM goes before it.

    Durability is PostgreSQL's default throughout: what was acknowledged survives a power cut.
    """
    return f"""\
# Written by Moorage at every start. Use ALTER SYSTEM to change a setting for good.
listen_addresses = ''
unix_socket_directories = '{str(socket).replace("'", "''")}'
unix_socket_permissions = 0700
max_connections = {max_connections}

# Small, since the page cache of the operating system does the rest.
shared_buffers = 128MB
huge_pages = off
work_mem = 8MB
maintenance_work_mem = 64MB
# Containers often have 64 MB of /dev/shm: nothing here needs it.
dynamic_shared_memory_type = mmap
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
io_method = sync
# Statements here take less than compiling them would.
jit = off
random_page_cost = 1.1

max_wal_size = 1GB
min_wal_size = 80MB
checkpoint_timeout = 15min

log_timezone = 'UTC'
timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_checkpoints = off
log_min_duration_statement = 5s
# A client that goes away is no news.
log_min_messages = warning

lc_messages = 'C'
lc_monetary = 'C'
lc_numeric = 'C'
lc_time = 'C'
default_text_search_config = 'pg_catalog.simple'
"""


def socket_directory(data: Path, owner: int, group: int) -> Path:
    """The directory for the socket, made and for ``owner`` alone: ``<data>/run``, or a short one if that is too long.

    The one used is noted in ``<data>/postgres.socket``; a short one is kept from start to start as long as it is
    still private, so a server killed again and again leaves no trail of them.
    """
    chosen = data / "run"
    if _too_long(chosen):
        noted = stored_socket_directory(data)
        chosen = noted if noted is not None and _is_private(noted, owner) else _short_directory()
    chosen.mkdir(mode=0o700, exist_ok=True)
    chosen.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(chosen, owner, group)
    note = data / "postgres.socket"
    if stored_socket_directory(data) != chosen:
        note.write_text(f"{chosen}\n")
    return chosen


def stored_socket_directory(data: Path) -> Path | None:
    """The directory of the socket of the server that runs, or ran last, on a data directory."""
    try:
        return Path((data / "postgres.socket").read_text().rstrip("\n"))
    except FileNotFoundError:
        return None


def _too_long(directory: Path) -> bool:
    # libpq reads a comma as the end of one host and the begin of another.
    return len(os.fsencode(directory / SOCKET_NAME)) > MAX_SOCKET_PATH or "," in str(directory)


def _short_directory() -> Path:
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/run", "/var/tmp"):  # noqa: S108
        if not parent or _too_long(Path(parent) / "moorage-12345678"):
            continue
        try:
            # A new directory with an unguessable name: nobody can have put one there for us.
            return Path(tempfile.mkdtemp(prefix="moorage-", dir=parent))
        except OSError:
            continue
    raise OSError("no directory with a path short enough for PostgreSQL's socket can be made: set TMPDIR to one")


def _is_private(directory: Path, owner: int) -> bool:
    try:
        status = directory.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner and stat.S_IMODE(status.st_mode) == 0o700
