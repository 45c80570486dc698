"""The MetaData every table hangs on, and the column types that recur."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, Text, func

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Text compared byte by byte.
ByteOrdered = Text(collation="C")


def identity(name: str) -> Column[int]:
    """A generated 64-bit primary key."""
    return Column(name, BigInteger, Identity(always=False), primary_key=True)


def timestamp(name: str, *, nullable: bool = False, **kwargs: Any) -> Column[datetime]:
    """A ``timestamptz``; set by the database unless nullable."""
    default = None if nullable else func.now()
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=default, **kwargs)
