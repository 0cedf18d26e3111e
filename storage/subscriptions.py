"""Standing orders: one for each channel, for ever."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.model import Channel, Due, Standing, Subscription
from storage import codec, looking
from storage.planning import OnPlanned, nobody, plan
from storage.session import Database, Many, Session, Statement, first, new_id, row


class KeptSubscriptions:
    """Implements ``bot.ports.Subscriptions``."""

    def __init__(self, database: Database, on_planned: OnPlanned = nobody) -> None:
        """*on_planned* is told of new deliveries in the transaction that enters them."""
        self._database = database
        self._on_planned = on_planned

    async def declare(
        self, orders: Sequence[Subscription], *, at: datetime, closing: Sequence[Due] = ()
    ) -> tuple[Subscription, ...]:
        """Make the declared ones equal to *orders*; as stored, in that order."""

        def change(db: Session) -> tuple[Subscription, ...]:
            plan(db, closing, self._on_planned)
            return _declare(db, orders, at)

        return await self._database.write(change)

    async def subscribe(
        self, order: Subscription, *, at: datetime | None = None, closing: Sequence[Due] = ()
    ) -> Subscription:
        """Add, change or resume one."""

        def change(db: Session) -> Subscription:
            plan(db, closing, self._on_planned)
            wanted = _at_home(db, order)
            held = _held(db, wanted)
            is_served = held is not None and held.standing is not Standing.RETIRED
            return _keep(db, replace(wanted, since=held.since) if held and is_served else wanted, at)

        return await self._database.write(change)

    async def all(self, *, retired: bool = False) -> tuple[Subscription, ...]:
        """By id."""
        found = await self._database.read(
            Statement(
                "SELECT * FROM subscription WHERE :retired OR standing <> 'retired' ORDER BY id",
                {"retired": retired},
            )
        )
        return tuple(codec.subscription_of(one) for one in found)

    async def some(self, *, after: int, most: int) -> tuple[Subscription, ...]:
        """The next ones, by id."""
        found = await self._database.read(Statement(_SOME, {"after": after, "most": most}))
        return tuple(codec.subscription_of(one) for one in found)

    async def in_workspace(self, platform: str, workspace: str) -> tuple[Subscription, ...]:
        """Those of one workspace, by id."""
        found = await self._database.read(Statement(_IN_WORKSPACE, [platform, workspace]))
        return tuple(codec.subscription_of(one) for one in found)

    async def closed(self) -> tuple[Subscription, ...]:
        """Those that a platform's refusal paused."""
        found = await self._database.read(Statement(_CLOSED))
        return tuple(codec.subscription_of(one) for one in found)

    async def to_look_at(self, by: datetime) -> tuple[Subscription, ...]:
        """Those for which something can have come due, by id."""
        return await self._database.read(lambda db: looking.to_look_at(db, by))

    async def look_later(self, looks: Sequence[tuple[Subscription, datetime]]) -> None:
        """Look at each not before the time beside it."""
        await self._database.write(lambda db: looking.look_later(db, looks))

    async def suspects(
        self, now: datetime, *, platforms: Collection[str], zones: Collection[str], also: Collection[int] = ()
    ) -> tuple[Subscription, ...]:
        """Those that something may be wrong with, by id."""
        return await self._database.read(
            lambda db: looking.suspects(db, now, platforms=platforms, zones=zones, also=also)
        )

    async def is_served(self, platform: str, workspace: str) -> bool:
        """Whether any channel there is set up."""
        return await self._database.read(lambda db: looking.is_served(db, platform, workspace))

    async def standings(self) -> Mapping[Standing, int]:
        """How many there are of each."""
        return await self._database.read(looking.standings)

    async def by_id(self, subscription: int) -> Subscription | None:
        """The one with that id, retired ones too."""
        asked = Statement("SELECT * FROM subscription WHERE id = ?", [subscription])
        found = first(await self._database.read(asked))
        return codec.subscription_of(found) if found else None

    async def by_place(self, platform: str, workspace: str, channel: str) -> Subscription | None:
        """The one of that place, retired ones too."""

        def find(db: Session) -> Subscription | None:
            found = row(db, _BY_PLACE, [platform, workspace or _home(db, platform), channel])
            return codec.subscription_of(found) if found else None

        return await self._database.read(find)

    async def pause(
        self, subscription: int, reason: str, *, by_platform: bool = False, closing: Sequence[Due] = ()
    ) -> None:
        """Serve it no more until resumed; a retired one stays retired, and a person's pause a person's."""
        await self._stand(subscription, Standing.PAUSED, reason, closing, by_platform=by_platform)

    async def resume(self, subscription: int, *, closing: Sequence[Due] = ()) -> None:
        """Serve it again; a retired one stays retired."""
        await self._stand(subscription, Standing.ACTIVE, "", closing)

    async def retire(self, subscription: int, *, closing: Sequence[Due] = ()) -> None:
        """Remove it; its ledger stays."""
        await self._stand(subscription, Standing.RETIRED, "", closing)

    async def move(self, subscription: int, channel: Channel) -> bool:
        """Give it the id and the name of *channel*, unless another has that place."""
        return await self._database.write(lambda db: _move(db, subscription, channel))

    async def settle_home(self, platform: str, workspace: str) -> None:
        """Channels that name no workspace belong to *workspace*."""
        await self._database.write(lambda db: _settle_home(db, platform, workspace))

    async def _stand(
        self,
        subscription: int,
        standing: Standing,
        reason: str,
        closing: Sequence[Due],
        *,
        by_platform: bool = False,
    ) -> None:
        def change(db: Session) -> None:
            plan(db, closing, self._on_planned)
            _stand(db, subscription, standing, reason, by_platform=by_platform)

        await self._database.write(change)


def pause(db: Session, subscription: int, reason: str, *, by_platform: bool) -> None:
    """Serve *subscription* no more, as part of the caller's transaction."""
    _stand(db, subscription, Standing.PAUSED, reason, by_platform=by_platform)


def _stand(db: Session, subscription: int, standing: Standing, reason: str, *, by_platform: bool) -> None:
    columns = {"id": subscription, "standing": standing.value, "reason": reason, "by_platform": by_platform}
    db.execute(_STAND, columns)


def _declare(db: Session, orders: Sequence[Subscription], at: datetime) -> tuple[Subscription, ...]:
    kept = tuple(_declare_one(db, order, at) for order in orders)
    db.execute(
        "UPDATE subscription SET standing = 'retired', reason = '' WHERE declared AND standing <> 'retired'"
        " AND id NOT IN (SELECT value FROM json_each(?))",
        [Many(one.id for one in kept)],
    )
    return kept


def _declare_one(db: Session, order: Subscription, at: datetime) -> Subscription:
    """Keep *order* as declared; one that an admin paused stays so, and one that was gone has missed nothing."""
    order = _at_home(db, replace(order, declared=True))
    held = _held(db, order)
    if held and held.standing is Standing.RETIRED:
        order = replace(order, since=at)
    elif held:
        order = replace(
            order,
            standing=held.standing,
            reason=held.reason,
            paused_by_platform=held.paused_by_platform,
            since=held.since,
            owner=held.owner,
        )
    return _keep(db, order, at)


def _at_home(db: Session, order: Subscription) -> Subscription:
    """*order* with the workspace that its platform's token belongs to, if it names none and we know."""
    channel = order.channel
    return replace(order, channel=replace(channel, workspace=channel.workspace or _home(db, channel.platform)))


def _home(db: Session, platform: str) -> str:
    """The workspace of *platform*'s token; empty while nobody knows."""
    home = row(db, "SELECT workspace FROM home WHERE platform = ?", [platform])
    return str(home["workspace"]) if home else ""


def _settle_home(db: Session, platform: str, workspace: str) -> None:
    parameters = {"platform": platform, "workspace": workspace}
    db.execute(_HOME, parameters)
    db.execute(_MOVE_HOME, parameters)
    # One whose place was taken by an earlier life of itself stays behind, out of service.
    db.execute("UPDATE subscription SET standing = 'retired' WHERE platform = :platform AND workspace = ''", parameters)


def _move(db: Session, subscription: int, channel: Channel) -> bool:
    columns = {"id": subscription, "channel": channel.id, "name": channel.name}
    return bool(db.execute(_MOVE, columns).rowcount)


def _held(db: Session, order: Subscription) -> Subscription | None:
    channel = order.channel
    found = row(db, _BY_PLACE, [channel.platform, channel.workspace, channel.id])
    return codec.subscription_of(found) if found else None


def _keep(db: Session, order: Subscription, at: datetime | None) -> Subscription:
    """*order* as stored, under the id that its channel has had since it was first set up."""
    held = _held(db, order)
    if held and held.standing is Standing.RETIRED:
        order = replace(order, ordered_at=None)
    elif held:
        order = replace(order, ordered_at=held.ordered_at if order.schedule == held.schedule else at)
    columns = codec.subscription_row(order)
    if held is None:
        number = new_id(
            db,
            "INSERT INTO subscription (platform, workspace, channel, name, at, timezone, days, stories, topics, layout,"
            " declared, since, ordered_at, standing, reason, paused_by_platform, owner)"
            " VALUES (:platform, :workspace, :channel, :name, :at, :timezone, :days, :stories, :topics, :layout,"
            " :declared, :since, :ordered_at, :standing, :reason, :paused_by_platform, :owner) RETURNING id",
            columns,
        )
        return replace(order, id=number)
    kept = replace(order, id=held.id)
    if kept != held:
        db.execute(
            "UPDATE subscription SET name = :name, at = :at, timezone = :timezone, days = :days, stories = :stories,"
            " topics = :topics, layout = :layout, declared = :declared, since = :since,"
            " ordered_at = :ordered_at, standing = :standing, next_at = 0,"
            " reason = :reason, paused_by_platform = :paused_by_platform, owner = :owner WHERE id = :id",
            {**columns, "id": held.id},
        )
    return kept


_CLOSED = "SELECT * FROM subscription WHERE standing = 'paused' AND paused_by_platform ORDER BY id"

_SOME = "SELECT * FROM subscription WHERE id > :after AND standing <> 'retired' ORDER BY id LIMIT :most"

_IN_WORKSPACE = """
    SELECT * FROM subscription WHERE platform = ? AND workspace = ? AND standing <> 'retired' ORDER BY id
"""

_BY_PLACE = "SELECT * FROM subscription WHERE platform = ? AND workspace = ? AND channel = ?"

_STAND = """
    UPDATE subscription SET standing = :standing, reason = :reason, paused_by_platform = :by_platform
    WHERE id = :id AND standing <> 'retired'
        AND NOT (:by_platform AND standing = 'paused' AND NOT paused_by_platform)
"""

_MOVE = """
    UPDATE subscription SET channel = :channel, name = :name
    WHERE id = :id AND NOT EXISTS (
        SELECT 1 FROM subscription AS other
        WHERE (other.platform, other.workspace) = (subscription.platform, subscription.workspace)
            AND other.channel = :channel AND other.id <> :id)
"""

_HOME = """
    INSERT INTO home (platform, workspace) VALUES (:platform, :workspace)
    ON CONFLICT (platform) DO UPDATE SET workspace = excluded.workspace
"""

_MOVE_HOME = """
    UPDATE subscription SET workspace = :workspace
    WHERE platform = :platform AND workspace = '' AND NOT EXISTS (
        SELECT 1 FROM subscription AS other
        WHERE (other.platform, other.workspace, other.channel) = (:platform, :workspace, subscription.channel))
"""
