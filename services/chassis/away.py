"""Which errors of a database mean "not now", as against "never": the server is away, full, or wants the transaction again.

A handler holds its deliveries while the database is away and parks an event on any other error, so a fault of our own (a statement that is
wrong, or runs into its time limit) must not pass for an outage: it would stop every neighbour for ever.
"""

from __future__ import annotations

from sqlalchemy import exc

# PostgreSQL, appendix A: connection, rolled back (deadlock), resources (disk, memory, connections), shut down, system; lock not available.
NOT_NOW = ("08", "40", "53", "57P", "58", "55P03")
# https://www.sqlite.org/rescode.html by name; SQLITE_ERROR (a wrong statement) is not among them.
NOT_NOW_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_NOMEM")


def is_away(error: BaseException) -> bool:
    """Whether the same transaction may succeed a little later, unchanged."""
    if isinstance(error, exc.TimeoutError):
        return True  # Every connection of the pool is in use.
    if not isinstance(error, exc.DBAPIError):
        return False
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is not None:
        return name.startswith(NOT_NOW_SQLITE)
    state = getattr(error.orig, "pgcode", None)
    if state is not None:
        return state.startswith(NOT_NOW)
    return error.connection_invalidated or isinstance(error, exc.OperationalError | exc.InterfaceError)
