"""Who somebody is in a Slack workspace, and what that allows them to change."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.slack.failures import FAILURES
from adapters.slack.workspace import Workspace
from bot.errors import NotFound
from bot.model import Subscription

_REMEMBERED = 300.0
"""Seconds for which what Slack says of a person is believed, for showing; never for a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody as one workspace sees them. A flag that Slack does not show is False."""

    id: str
    name: str = ""
    is_member: bool = False
    """A full member of the workspace: no guest, nobody from another one."""
    is_admin: bool = False
    """An administrator or owner of the workspace."""
    timezone: str = ""
    """IANA name; empty where Slack does not say."""

    def may_change(self, subscription: Subscription) -> bool:
        """Workspace admins and owners, and whoever set the channel up."""
        return self.is_admin or (self.is_member and bool(self.id) and self.id == subscription.owner)

    def may_set_up(self, subscription: Subscription | None, *, is_here: bool) -> bool:
        """A channel that nobody has set up can be set up from within by any full member."""
        return self.may_change(subscription) if subscription else self.is_admin or (self.is_member and is_here)


class People:
    """Asks Slack who somebody is."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[tuple[str, str], tuple[float, Person]] = {}

    async def who(self, workspace: Workspace, user: str, *, is_for_a_change: bool = True) -> Person:
        """*user* as *workspace* sees them; where Slack does not answer, for looking only, somebody unknown.

        Raises:
            NotFound: something is to be changed, and Slack did not answer.
        """
        key = workspace.id, user
        at, known = self._known.get(key, (0.0, Person(id=user)))
        if not is_for_a_change and at and self._monotonic() - at < _REMEMBERED:
            return known
        try:
            answer = await workspace.asking.users_info(user=user)
        except FAILURES as error:
            if is_for_a_change:
                raise NotFound("Slack did not say who you are, so nothing was changed; please try again.") from error
            return Person(id=user)
        person = person_of(answer.get("user") or {}, workspace.id)
        if len(self._known) > 10_000:  # noqa: PLR2004  # a bound, not a figure
            self._known.clear()
        self._known[key] = (self._monotonic(), person)
        return person


def person_of(user: dict[str, Any], workspace: str) -> Person:
    """What *user*, as ``users.info`` shows it, is in *workspace*. Pure.

    https://docs.slack.dev/reference/objects/user-object
    """
    profile = user.get("profile") or {}
    of_enterprise = user.get("enterprise_user") or {}
    is_ours = user.get("team_id") == workspace or workspace in (of_enterprise.get("teams") or ())
    is_outside = any(
        user.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")
    )
    is_member = is_ours and not is_outside
    return Person(
        id=str(user.get("id") or ""),
        name=str(profile.get("display_name") or user.get("real_name") or user.get("name") or ""),
        is_member=is_member,
        is_admin=is_member and any(user.get(flag) for flag in ("is_admin", "is_owner", "is_primary_owner")),
        timezone=str(user.get("tz") or ""),
    )
