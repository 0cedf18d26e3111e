"""What the newsroom needs from the world, in its own words. Adapters and storage implement these.

Every datetime that crosses a port is aware. Every method may be called from any task. Implementations translate what
goes wrong into the errors named here; no exception of an SDK, a driver or a socket ever comes through.
"""

from bot.ports.archive import Archive, Intake, Known, Page, Restated, Revision, Search
from bot.ports.errata import Errata
from bot.ports.installations import Installations
from bot.ports.ledger import Ledger
from bot.ports.pacing import Budget, Turn, Turns
from bot.ports.posting import Platform, Rendering
from bot.ports.reading import MAX_TEXT, FeedReader, Meaning, PageReader
from bot.ports.standing import AuditLog, FeedBook, Subscriptions
from bot.ports.store import Store
from bot.ports.troubles import Troubles
from bot.ports.watching import UNWATCHED, Backlog, Figures, Watch
from bot.ports.work import Clock, Disk, Workers
from bot.ports.writing import Analyst, Draft, Expense, Spending, Writer

__all__ = [
    "MAX_TEXT",
    "UNWATCHED",
    "Analyst",
    "Archive",
    "AuditLog",
    "Backlog",
    "Budget",
    "Clock",
    "Disk",
    "Draft",
    "Errata",
    "Expense",
    "FeedBook",
    "FeedReader",
    "Figures",
    "Installations",
    "Intake",
    "Known",
    "Ledger",
    "Meaning",
    "Page",
    "PageReader",
    "Platform",
    "Rendering",
    "Restated",
    "Revision",
    "Search",
    "Spending",
    "Store",
    "Subscriptions",
    "Troubles",
    "Turn",
    "Turns",
    "Watch",
    "Workers",
    "Writer",
]
