"""Upload sessions against the bytes the store has of them, both ways."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from uuid import UUID

from moorage.checking import upload_queries as queries
from moorage.checking.hashing import Pace, digest_of_stream
from moorage.checking.models import Finding, Kind, Options
from moorage.checking.report import Report
from moorage.checking.upload_queries import Session
from moorage.database.engine import Database
from moorage.storage.protocol import BlobMissing, BlobStore

#: Sessions, and uploads in the store, of one statement.
PAGE = 500

#: Looks at a session that its client goes on with all the time.
LOOKS = 3


class UploadCheck:
    """One comparison."""

    def __init__(self, database: Database, store: BlobStore, pace: Pace, options: Options, report: Report) -> None:
        self._database = database
        self._store = store
        self._pace = pace
        self._options = options
        self._report = report
        self._before = datetime.now(UTC) - timedelta(seconds=options.window)

    async def run(self) -> None:
        """Compare everything."""
        self._report.begin("uploads")
        async for session in self._sessions():
            self._report.uploads += 1
            self._report.done += 1
            await self._compare(session)
        batch: list[str] = []
        async with aclosing(self._store.uploads()) as stored:
            async for name, modified in stored:
                # A blob sent in one request has no session: its bytes are young while it arrives.
                if modified < self._before:
                    batch.append(name)
                if len(batch) == PAGE:
                    await self._strays(batch)
                    batch = []
        await self._strays(batch)
        async with aclosing(self._store.unfinished()) as unfinished:
            async for path, begun in unfinished:
                if begun < self._before:
                    await self._unfinished(path)

    async def _unfinished(self, path: str) -> None:
        repair = "--repair drops them"
        if self._options.repair:
            await self._store.drop_unfinished(path)
            repair = "dropped"
        problem = "parts of a blob whose writer died; nobody sees them, and they take room"
        self._report.add(Finding(Kind.UPLOAD_ORPHAN, path, problem, repair, self._options.repair))

    async def _sessions(self) -> AsyncGenerator[Session]:
        after = UUID(int=0)
        while True:
            async with self._database.connect() as connection:
                sessions = await queries.page(connection, after, PAGE)
            for session in sessions:
                yield session
            if len(sessions) < PAGE:
                return
            after = sessions[-1].upload_id

    async def _compare(self, session: Session) -> None:
        hashed = random.random() < self._options.sample
        for _ in range(LOOKS):
            problem = await self._problem(session, hashed=hashed)
            async with self._database.connect() as connection:
                now = await queries.find(connection, session.upload_id)
            if now is None:
                return
            if now == session:
                break
            session = now
        else:
            return
        if problem is None:
            return
        finding = Finding(
            Kind.UPLOAD, str(session.upload_id), f"{problem}; it is of {session.repository}", "its client starts again"
        )
        if self._options.repair:
            async with self._database.begin() as connection:
                # Only as it was seen: who went on with it meanwhile has bytes that are right.
                if not await queries.end(connection, session):
                    return
            await self._store.abort(str(session.upload_id), session.state)
            finding = Finding(finding.kind, finding.name, finding.problem, "ended: its client starts again", True)
        self._report.add(finding)

    async def _problem(self, session: Session, *, hashed: bool) -> str | None:
        if not session.received:
            return None
        name = str(session.upload_id)
        stored = await self._store.stored(name, session.state)
        if stored < session.received:
            return f"the storage has {stored} of its {session.received} bytes"
        if not hashed:
            return None
        algorithm = session.digest.partition(":")[0]
        try:
            pieces = self._store.reread(name, session.state, session.received)
            computed = await digest_of_stream(pieces, algorithm, self._pace)
        except BlobMissing as error:
            return f"its bytes cannot be read: {error.reason}"
        return None if computed == session.digest else "its bytes are damaged"

    async def _strays(self, names: Sequence[str]) -> None:
        if not names:
            return
        ids = {name: _id(name) for name in names}
        async with self._database.connect() as connection:
            known = await queries.known(connection, [upload_id for upload_id in ids.values() if upload_id is not None])
        for name, upload_id in ids.items():
            if upload_id in known:
                continue
            repair = "--repair removes it; so does the purge after storage.upload_expiry"
            if self._options.repair:
                # Nobody can go on with it: only a session says how.
                await self._store.abort(name, {})
                repair = "removed"
            finding = Finding(
                Kind.UPLOAD_ORPHAN, name, "bytes of an upload that has no session", repair, self._options.repair
            )
            self._report.add(finding)


def _id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
