"""Where a PostgreSQL database is, how it is opened, and its errors as sentences that hold no password."""

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import unquote

import psycopg
from psycopg import conninfo
from psycopg.rows import DictRow, dict_row
from psycopg.types.array import ListDumper
from psycopg.types.string import TextLoader

from bot.errors import StoreTrouble
from storage.session import Many

Connection: TypeAlias = psycopg.Connection[DictRow]

PATIENCE = 10.0
"""Seconds to wait for whoever is in the way: for a connection, for a lock, for a turn."""
_SETTINGS = f"""
    SET lock_timeout = '{PATIENCE:g}s';
    SET statement_timeout = 0;                          -- a large backlog takes its time, whatever the role is given
    SET idle_in_transaction_session_timeout = '60s';    -- a machine that was stopped half-way keeps nobody for longer
    SET standard_conforming_strings = on;               -- or a backslash would quote what comes after it
"""
_LIBPQ = {
    "client_encoding": "utf8",
    "connect_timeout": str(int(PATIENCE)),
    # A server that is gone without a word is noticed after half a minute.
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""Unless the address says otherwise: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS"""

BUSY = "others have kept it busy for {patience:g} s; try again"
_LOST = "the connection was lost; Daybrief opens another by itself as soon as the server answers"
_SENTENCES = {
    "08": ("connection", _LOST),
    "40": ("busy", BUSY),
    "55P03": ("busy", BUSY),
    "57014": ("busy", "what it was asked for was cancelled there, by hand or by a time-out; try again"),
    "57P": ("connection", _LOST),
    "25P03": ("connection", _LOST),
    "53100": ("full", "the server's disk is full; free some space there, and Daybrief goes on by itself"),
    "53200": ("memory", "the server has no memory left; give it more, or lower its max_connections"),
    "53300": ("connections", "the server takes no more connections; raise its max_connections"),
    "25006": ("readonly", "it cannot be written: it is a standby, or was set read-only; name the one that is written"),
    "42501": ("permission", "the user may not do that there; make the user the owner of the database"),
    "42P01": ("schema", "a table is missing; bring a copy back, or name an empty database"),
    "XX": ("corrupt", "it is damaged; the server's log says where. Bring a copy back"),
    "58": ("ioerr", "the server's disk failed to read or write; its log says more"),
}
"""By SQLSTATE or the beginning of one: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_REFUSALS = (
    (r"password authentication failed|no password supplied", "permission", "the password of {user} is wrong there"),
    (r"no pg_hba\.conf entry", "permission", "the server lets nobody called {user} in from here; see its pg_hba.conf"),
    (r'role ".*" does not exist', "permission", "there is no user {user}; create it with `createuser {user}`"),
    (
        r'database ".*" does not exist',
        "missing",
        "there is none of that name; create it with `createdb --encoding UTF8 --template template0 {database}`",
    ),
    (r"permission denied for database", "permission", "{user} may not connect to it; grant CONNECT on it"),
    (r"too many (connections|clients)|remaining connection slots", "connections", _SENTENCES["53300"][1]),
    (
        r"is (starting up|shutting down|in recovery)|not yet accepting",
        "connection",
        "the server is starting or stopping",
    ),
    (r"could not translate host name|Name or service|nodename", "connection", "there is no host {host}; mend its name"),
    (r"refused|No such file", "connection", "no PostgreSQL answers at {host}; start it, or mend the address"),
    (r"timeout|timed out", "connection", "{host} does not answer; check the network and the address"),
    (
        r"SSL|certificate",
        "connection",
        "no encrypted connection with {host} could be made; check sslmode in the address",
    ),
)
"""libpq has nothing but words for why it could not connect; those of a server are in its own language."""


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a database."""

    url: str = field(repr=False)
    """With the password; shown to nobody."""
    called: str = "daybrief"
    """How the server calls our connections, whatever the address says: by that we find one another."""

    @property
    def parts(self) -> dict[str, str]:
        """What the address says, but for the password. Raises StoreTrouble if nobody understands it."""
        try:
            found = conninfo.conninfo_to_dict(self.url)
        except psycopg.ProgrammingError as error:
            raise StoreTrouble(
                "the address of the database is not one; write postgresql://user@host/database", kind="address"
            ) from error.with_traceback(None)
        return {name: str(value) for name, value in found.items() if name != "password" and value is not None}

    @property
    def name(self) -> str:
        """What people call it."""
        parts = self.parts
        return f"the database {parts.get('dbname') or parts.get('user', '')} on {_host(parts)}"

    @property
    def address(self) -> str:
        """As libpq takes it, with the password; shown to nobody. Raises StoreTrouble if nobody understands it."""
        ours = {key: _LIBPQ[key] for key in _LIBPQ.keys() - self.parts.keys()}
        return conninfo.make_conninfo(self.url, **ours, application_name=self.called)

    def connect(
        self, *, autocommit: bool = False, kind: type[psycopg.Connection[Any]] = psycopg.Connection
    ) -> Connection:
        """A connection of a *kind*, whose values are put into the text of SQL, by libpq's own quoting.

        Raises:
            psycopg.Error: there is none to be had.
        """
        connection: Connection = kind.connect(
            self.address,
            autocommit=True,
            row_factory=dict_row,
            cursor_factory=psycopg.ClientCursor,
        )
        try:
            connection.adapters.register_dumper(Many, ListDumper)
            connection.adapters.register_loader("json", TextLoader)  # ``storage.codec`` reads it
            connection.execute(_SETTINGS)
            connection.autocommit = autocommit
        except BaseException:
            connection.close()
            raise
        return connection

    def trouble(self, error: psycopg.Error) -> StoreTrouble:
        """*error* as a sentence, with the next step."""
        kind, sentence = _found(error)
        parts = self.parts
        names = {"user": parts.get("user", "this user"), "database": parts.get("dbname", ""), "host": _host(parts)}
        return StoreTrouble(f"{self.name}: {sentence.format(patience=PATIENCE, **names)}", kind=kind)


def _found(error: psycopg.Error) -> tuple[str, str]:
    """The kind of *error*, and what is said of it."""
    if state := error.sqlstate:
        for length in (5, 3, 2):
            if state[:length] in _SENTENCES:
                return _SENTENCES[state[:length]]
        return "other", _plain(f"{error.diag.message_primary or type(error).__name__} ({state})")
    words = str(error)
    for pattern, kind, sentence in _REFUSALS:
        if re.search(pattern, words):
            return kind, sentence
    if isinstance(error, psycopg.OperationalError):
        return "connection", _LOST
    return "other", _plain(words.partition("\n")[0])


def _plain(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")


def _host(parts: dict[str, str]) -> str:
    host = unquote(parts.get("host") or parts.get("hostaddr") or "this machine")
    return f"{host}:{parts['port']}" if "port" in parts else host
