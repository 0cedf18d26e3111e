"""Who has let us in, and who has put us out again."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A workspace, or a whole organisation, that has let us in, and the token for it."""

    platform: str
    enterprise: str = ""
    """The platform's own id of the organisation; empty: it belongs to none."""
    team: str = ""
    """The platform's own id of the workspace; empty: of all workspaces of the organisation."""
    name: str
    """What people call it; may change."""
    sealed: str
    """The token, encrypted for this very installation; what it takes to read it is kept elsewhere."""
    scopes: tuple[str, ...] = ()
    """What it allows, in the order of the alphabet."""
    bot_user: str = ""
    """Our own user there."""
    bot: str = ""
    installer: str = ""
    """Who let us in, by the platform's own id."""
    installed_at: datetime
    """By the platform's clock, which also dates removals."""

    @property
    def key(self) -> tuple[str, str, str]:
        """There is one installation for each."""
        return self.platform, self.enterprise, self.team


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A workspace that has put us out, and has not let us in again."""

    platform: str
    workspace: str
    at: datetime
    """By the platform's clock, where it says."""
