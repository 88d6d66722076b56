"""Where a workspace is: a folder, or a database URL with the folder that holds the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paracrine.core.errors import RecordError

if TYPE_CHECKING:
    from sqlalchemy import URL

LEDGER_NAME = "ledger.db"


@dataclass(frozen=True, slots=True)
class Address:
    """The database and the folder."""

    url: URL
    folder: Path


def read_address(where: str | Path) -> Address:
    """Return database and folder for a folder path or a SQLAlchemy URL.

    Raises:
        RecordError: when it is neither, or the URL names no folder for files.
    """
    from sqlalchemy import URL

    if isinstance(where, Path) or "://" not in where:
        folder = Path(where).expanduser().absolute()
        return Address(URL.create("sqlite", database=str(folder / LEDGER_NAME)), folder)
    return _read_url(where)


def _read_url(text: str) -> Address:
    from sqlalchemy import exc, make_url

    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError) as error:
        # The text may hold a password, so it is not repeated.
        raise RecordError(
            "the workspace URL cannot be understood",
            hint="like postgresql+psycopg://user@host/database?files=/folder, or a folder path",
        ) from error
    shown = url.render_as_string(hide_password=True)
    files = url.query.get("files")
    url = url.difference_update_query(["files"])
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise RecordError("a workspace is kept on disk, not in memory", where=shown, hint="name a folder")
        database = Path(str(url.database)).absolute()
        return Address(url.set(database=str(database)), Path(str(files)).absolute() if files else database.parent)
    if not isinstance(files, str) or not files:
        raise RecordError(
            "the URL names no folder for the instrument files", where=shown, hint="add ?files=/folder to the URL"
        )
    return Address(url, Path(files).expanduser().absolute())
