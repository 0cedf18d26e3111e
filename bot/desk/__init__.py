"""The front door: everything that a driver (alarm, platform, slash command, command line) may ask, parted by who asks.

Whoever drives holds the parts that it needs and no other, so that what a command can do is told by its types. The parts
share the newsroom and do not know one another; every method may be called from any task.
"""

from bot.desk.channels import Channels
from bot.desk.editing import Editing
from bot.desk.office import Office
from bot.desk.places import Places
from bot.desk.rounds import Rounds
from bot.desk.shift import Shift
from bot.desk.stories import Stories
from bot.desk.supply import Supply
from bot.lookout import Lookout
from bot.messenger import Messenger
from bot.newsroom import Newsroom
from bot.notify import Notifier

__all__ = ["Channels", "Desk", "Editing", "Office", "Places", "Rounds", "Shift", "Stories", "Supply"]


class Desk:
    """Answers nothing itself: it shows everybody to whoever serves them. Made once for each newsroom."""

    def __init__(self, room: Newsroom) -> None:
        messenger = Messenger(room)
        notifier = Notifier(room, messenger)
        lookout = Lookout(room, messenger, notifier)
        self.shift = Shift(room)
        self.rounds = Rounds(room, messenger, notifier, lookout)
        self.places = Places(room)
        self.stories = Stories(room)
        self.channels = Channels(room, lookout)
        self.office = Office(room)
        self.editing = Editing(room)
        self.supply = Supply(room)
        self.audit = room.store.audit
        """Who changed what from chat; what is written down once must not be done again."""
