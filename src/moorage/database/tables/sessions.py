"""Sessions of browsers."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Integer, LargeBinary, Table

from moorage.database.tables.metadata import metadata, timestamp

#: A row per login. Of the id in the cookie only a SHA-256 is kept. ``version`` is the account's at the login: with
#: another one (password, disabling) the session is over. ``renewed`` is when the end was last moved.
user_session = Table(
    "user_session",
    metadata,
    Column("session_hash", LargeBinary, primary_key=True),
    Column(
        "user_id",
        BigInteger,
        ForeignKey("user_account.user_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("version", Integer, nullable=False),
    timestamp("creation_time"),
    timestamp("renewed"),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
)
