"""What ``daybrief check`` says of the workspaces that have added Daybrief to themselves."""

from typing import TYPE_CHECKING

from bot.cli.finding import Finding
from bot.errors import ConfigProblems
from bot.wording import counted

if TYPE_CHECKING:
    from bot.wiring import House


async def installations(house: "House") -> list[Finding]:
    """Whether others can be added, and the tokens of those that were can be read; nothing where neither is wanted."""
    from bot.config.installing import app_of
    from bot.wiring.tokens import key_trouble

    config = house.room.config
    held = await house.store.installations.all()
    try:
        app = app_of(config)
    except ConfigProblems as problems:
        missing = "; ".join(f"{one.path} {one.sentence}" for one in problems.problems)
        return [Finding("Add to Slack", False, missing)]
    if app is None and not held:
        return []
    if trouble := await key_trouble(house.store, config):
        return [Finding("Add to Slack", False, trouble)]
    where = (
        f"; the page is {app.public_url}/slack/install" if app else "; nobody can be added: [slack] client_id is empty"
    )
    return [Finding("Add to Slack", True, f"{counted(len(held), 'installation')}{where}")]
