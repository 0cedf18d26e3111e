"""Who has let us in, and who has put us out again."""

from collections.abc import Collection
from datetime import datetime

from bot.model import Installation, Removal
from storage import codec
from storage.session import Database, Session, row, rows


class KeptInstallations:
    """Implements ``bot.ports.Installations``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, installation: Installation) -> bool:
        """Keep it, unless something later is on record."""
        return await self._database.write(lambda db: _save(db, installation))

    async def find(self, platform: str, team: str, enterprise: str = "") -> Installation | None:
        """The one that serves *team*."""
        return await self._database.read(lambda db: _serving(db, platform, team, enterprise))

    async def belongs(self, platform: str, team: str, enterprise: str) -> None:
        """Remember the organisation of *team*."""
        columns = {"platform": platform, "workspace": team, "enterprise": enterprise}
        await self._database.write(lambda db: db.execute(_BELONGS, columns))

    async def all(self) -> tuple[Installation, ...]:
        """By their keys."""
        found = await self._database.read(
            lambda db: rows(db, "SELECT * FROM installation ORDER BY platform, enterprise, team")
        )
        return tuple(_installation_of(one) for one in found)

    async def reseal(self, installation: Installation, sealed: str) -> bool:
        """Another wrapping for the token, if it is still the same."""
        columns = {**_row_of(installation), "other": sealed}
        return await self._database.write(lambda db: bool(db.execute(_RESEAL, columns).rowcount))

    async def remove(self, platform: str, *, team: str = "", enterprise: str = "", at: datetime) -> tuple[str, ...]:
        """Forget the token; which workspaces are not served any more."""
        if team:
            return await self._database.write(lambda db: _remove_team(db, platform, team, at))
        return await self._database.write(lambda db: _remove_enterprise(db, platform, enterprise, at))

    async def leave(self, platform: str, workspaces: Collection[str], *, at: datetime) -> tuple[str, ...]:
        """Put on record that *workspaces* put us out; those that did."""

        def write(db: Session) -> tuple[str, ...]:
            left = tuple(
                one for one in workspaces if not (_of_team(db, platform, one) or _is_back(db, platform, one, at))
            )
            for one in left:
                _put_out(db, platform, one, at)
            return left

        return await self._database.write(write)

    async def returned(self, platform: str, workspaces: Collection[str], *, at: datetime | None = None) -> None:
        """End their removals, or those that were before *at*."""

        def write(db: Session) -> None:
            for one in workspaces:
                _let_in(db, platform, one, codec.micros(at))

        await self._database.write(write)

    async def gone(self) -> tuple[Removal, ...]:
        """The longest ago first."""
        found = await self._database.read(
            lambda db: rows(db, "SELECT * FROM removal ORDER BY removed_at, platform, workspace")
        )
        return tuple(
            Removal(platform=one["platform"], workspace=one["workspace"], at=codec.moment(one["removed_at"]))
            for one in found
        )

    async def put_state(self, digest: str, *, until: datetime, now: datetime, most: int) -> None:
        """Remember it, and forget those whose time is over."""

        def write(db: Session) -> None:
            db.execute("DELETE FROM install_state WHERE until <= :now", {"now": codec.micros(now)})
            columns = {"digest": digest, "until": codec.micros(until), "most": most}
            db.execute("INSERT INTO install_state (digest, until) VALUES (:digest, :until)", columns)
            db.execute(_NEWEST_STATES, columns)

        await self._database.write(write)

    async def take_state(self, digest: str, *, now: datetime) -> bool:
        """Forget it; whether it was there, and its time not over."""
        taken = await self._database.write(
            lambda db: row(db, "DELETE FROM install_state WHERE digest = :digest RETURNING until", {"digest": digest})
        )
        return taken is not None and codec.moment(taken["until"]) > now


def _save(db: Session, installation: Installation) -> bool:
    columns = _row_of(installation)
    workspace = installation.team or installation.enterprise
    removed = row(
        db,
        "SELECT removed_at FROM removal WHERE platform = :platform AND workspace = :workspace",
        {"platform": installation.platform, "workspace": workspace},
    )
    if removed and removed["removed_at"] >= columns["installed_at"]:
        return False
    if row(db, _LATER, columns):
        return False
    # A workspace that has moved into an organisation since is still the same one.
    db.execute(_OTHERS_OF_TEAM, columns)
    db.execute(_SAVE, columns)
    for one in {workspace, *(_teams_of(db, installation) if not installation.team else ())}:
        _let_in(db, installation.platform, one, codec.micros(installation.installed_at))
    if installation.team and installation.enterprise:
        db.execute(_BELONGS, {**columns, "workspace": installation.team})
    return True


def _remove_team(db: Session, platform: str, team: str, at: datetime) -> tuple[str, ...]:
    if _is_installed_since(db, platform, team, at):
        return ()
    db.execute("DELETE FROM installation WHERE platform = ? AND team = ?", [platform, team])
    if _serving(db, platform, team, ""):
        return ()
    _put_out(db, platform, team, at)
    return (team,)


def _remove_enterprise(db: Session, platform: str, enterprise: str, at: datetime) -> tuple[str, ...]:
    held = _of_enterprise(db, platform, enterprise)
    if held and held.installed_at > at:
        return ()
    db.execute("DELETE FROM installation WHERE platform = ? AND enterprise = ? AND team = ''", [platform, enterprise])
    _put_out(db, platform, enterprise, at)
    columns = {"platform": platform, "enterprise": enterprise}
    teams = [str(one["workspace"]) for one in rows(db, _TEAMS, columns)]
    left = tuple(team for team in teams if not _of_team(db, platform, team))
    for team in left:
        _put_out(db, platform, team, at)
    return left


def _serving(db: Session, platform: str, team: str, enterprise: str) -> Installation | None:
    if own := _of_team(db, platform, team):
        return own
    if not enterprise:
        known = row(db, "SELECT enterprise FROM membership WHERE platform = ? AND workspace = ?", [platform, team])
        enterprise = str(known["enterprise"]) if known else ""
    return _of_enterprise(db, platform, enterprise)


def _of_team(db: Session, platform: str, team: str) -> Installation | None:
    if not team:
        return None
    found = row(db, "SELECT * FROM installation WHERE platform = ? AND team = ?", [platform, team])
    return _installation_of(found) if found else None


def _of_enterprise(db: Session, platform: str, enterprise: str) -> Installation | None:
    if not enterprise:
        return None
    found = row(
        db, "SELECT * FROM installation WHERE platform = ? AND enterprise = ? AND team = ''", [platform, enterprise]
    )
    return _installation_of(found) if found else None


def _is_installed_since(db: Session, platform: str, team: str, at: datetime) -> bool:
    held = _of_team(db, platform, team)
    return held is not None and held.installed_at > at


def _teams_of(db: Session, installation: Installation) -> tuple[str, ...]:
    columns = {"platform": installation.platform, "enterprise": installation.enterprise}
    return tuple(str(one["workspace"]) for one in rows(db, _TEAMS, columns))


def _put_out(db: Session, platform: str, workspace: str, at: datetime) -> None:
    db.execute(_PUT_OUT, {"platform": platform, "workspace": workspace, "at": codec.micros(at)})


def _let_in(db: Session, platform: str, workspace: str, at: int | None) -> None:
    """*at* is when, by the platform's clock; None: nobody says, but it is so now. Then it came right after the removal
    that is ended by it: that one told again is no news, and any later one is.
    """
    columns = {"platform": platform, "workspace": workspace, "at": at}
    ended = row(db, _END_REMOVAL, columns)
    if at is None and ended:
        at = ended["removed_at"] + 1
    if at is not None:
        db.execute(_CAME_BACK, {**columns, "at": at})


def _is_back(db: Session, platform: str, workspace: str, at: datetime) -> bool:
    """Whether *workspace* has let us in later than *at*."""
    columns = {"platform": platform, "workspace": workspace, "at": codec.micros(at)}
    return row(db, _BACK_SINCE, columns) is not None


def _row_of(installation: Installation) -> dict[str, object]:
    """Columns of ``installation``."""
    return {
        "platform": installation.platform,
        "enterprise": installation.enterprise,
        "team": installation.team,
        "name": installation.name,
        "sealed": installation.sealed,
        "scopes": codec.as_json(installation.scopes),
        "bot_user": installation.bot_user,
        "bot": installation.bot,
        "installer": installation.installer,
        "installed_at": codec.micros(installation.installed_at),
    }


def _installation_of(found: codec.Row) -> Installation:
    return Installation(
        platform=found["platform"],
        enterprise=found["enterprise"],
        team=found["team"],
        name=found["name"],
        sealed=found["sealed"],
        scopes=codec.strings(found["scopes"]),
        bot_user=found["bot_user"],
        bot=found["bot"],
        installer=found["installer"],
        installed_at=codec.moment(found["installed_at"]),
    )


_LATER = """
    SELECT 1 AS later FROM installation
    WHERE platform = :platform AND team = :team AND (team <> '' OR enterprise = :enterprise)
        AND installed_at > :installed_at
"""

_OTHERS_OF_TEAM = """
    DELETE FROM installation
    WHERE platform = :platform AND team = :team AND team <> '' AND enterprise <> :enterprise
"""

_SAVE = """
    INSERT INTO installation
        (platform, enterprise, team, name, sealed, scopes, bot_user, bot, installer, installed_at)
    VALUES (:platform, :enterprise, :team, :name, :sealed, :scopes, :bot_user, :bot, :installer, :installed_at)
    ON CONFLICT (platform, enterprise, team) DO UPDATE SET name = excluded.name, sealed = excluded.sealed,
        scopes = excluded.scopes, bot_user = excluded.bot_user, bot = excluded.bot, installer = excluded.installer,
        installed_at = excluded.installed_at
"""

_RESEAL = """
    UPDATE installation SET sealed = :other
    WHERE platform = :platform AND enterprise = :enterprise AND team = :team AND sealed = :sealed
"""

_BELONGS = """
    INSERT INTO membership (platform, workspace, enterprise) VALUES (:platform, :workspace, :enterprise)
    ON CONFLICT (platform, workspace) DO UPDATE SET enterprise = excluded.enterprise
"""

_TEAMS = """
    SELECT workspace FROM membership WHERE platform = :platform AND enterprise = :enterprise ORDER BY workspace
"""

_PUT_OUT = """
    INSERT INTO removal (platform, workspace, removed_at) VALUES (:platform, :workspace, :at)
    ON CONFLICT (platform, workspace) DO UPDATE SET removed_at =
        CASE WHEN excluded.removed_at > removal.removed_at THEN excluded.removed_at ELSE removal.removed_at END
"""

_END_REMOVAL = """
    DELETE FROM removal
    WHERE platform = :platform AND workspace = :workspace AND (CAST(:at AS bigint) IS NULL OR removed_at < :at)
    RETURNING removed_at
"""

_CAME_BACK = """
    INSERT INTO comeback (platform, workspace, at) VALUES (:platform, :workspace, :at)
    ON CONFLICT (platform, workspace) DO UPDATE SET at =
        CASE WHEN excluded.at > comeback.at THEN excluded.at ELSE comeback.at END
"""

_BACK_SINCE = "SELECT 1 AS yes FROM comeback WHERE platform = :platform AND workspace = :workspace AND at > :at"

_NEWEST_STATES = """
    DELETE FROM install_state
    WHERE digest NOT IN (SELECT digest FROM install_state ORDER BY until DESC, digest LIMIT :most)
"""
