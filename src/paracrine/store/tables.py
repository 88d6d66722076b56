"""The three tables of a ledger, the same on every database; triggers are the dialect's."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, MetaData, Table, Text

FORMAT = "paracrine-workspace"
FORMAT_VERSION = 1

_NUMBER = BigInteger().with_variant(Integer, "sqlite")

METADATA = MetaData()

WORKSPACE = Table(
    "workspace",
    METADATA,
    Column("format", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("created_utc", Text, nullable=False),
)

ENTRIES = Table(
    "entries",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at_utc", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("previous_sha256", Text, nullable=False),
    Column("seal_sha256", Text, nullable=False),
)
Index("entries_kind_key", ENTRIES.c.kind, ENTRIES.c.key, ENTRIES.c.number)
Index("entries_kind", ENTRIES.c.kind, ENTRIES.c.number)

HEAD = Table(
    "head",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("number", _NUMBER, nullable=False),
    Column("seal_sha256", Text, nullable=False),
)
