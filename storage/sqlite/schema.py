"""The tables, as migrations. Never change one that was released: add another.

Every table is keyed by workspace from the first migration on, so that one database can serve many: what is public has
the workspace ``''``. Refs are the exception: one means the same story everywhere, for ever.
"""

import contextlib
from pathlib import Path

import sqlite_utils

from bot.errors import StoreTrouble

APPLICATION_ID = 0x44427266
"""``DBrf``: the value of SQLite's ``application_id`` that tells our files from other programs'."""

migrations = sqlite_utils.Migrations("daybrief")


@migrations()
def m001_newsroom(db: sqlite_utils.Database) -> None:
    """Stories, articles, feeds, subscriptions, the ledger."""
    db.executescript(_ARCHIVE)
    db.executescript(_FEEDS)
    db.executescript(_LEDGER)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@migrations()
def m002_chat(db: sqlite_utils.Database) -> None:
    """Who set a channel up and who paused it; what admins were told, wished and changed."""
    db.executescript(_CHAT)


@migrations()
def m003_orders(db: sqlite_utils.Database) -> None:
    """Since when a channel is served by its present hour, zone and days; empty: always."""
    db.execute("ALTER TABLE subscription ADD COLUMN ordered_at INTEGER")


@migrations()
def m004_analysis(db: sqlite_utils.Database) -> None:
    """Full texts of articles, and what models cost."""
    db.executescript(_ANALYSIS)


@migrations()
def m005_readings(db: sqlite_utils.Database) -> None:
    """What workspaces read instead of a story's own text, and which messages do not show it yet."""
    db.executescript(_READINGS)


@migrations()
def m006_troubles(db: sqlite_utils.Database) -> None:
    """What is wrong, and which admins know of it."""
    db.executescript(_TROUBLES)


@migrations()
def m007_installations(db: sqlite_utils.Database) -> None:
    """Who has let us in, with the sealed tokens, and who has put us out again."""
    db.executescript(_INSTALLATIONS)


@migrations()
def m008_doorbells(db: sqlite_utils.Database) -> None:
    """When somebody was last told that a delivery is due. Only PostgreSQL has anybody to tell."""
    db.execute("ALTER TABLE delivery ADD COLUMN rung_at INTEGER")


@migrations()
def m009_looks(db: sqlite_utils.Database) -> None:
    """When a standing order is to be looked at again, and what a minute in which nothing is due asks for."""
    db.executescript(_LOOKS)


@migrations()
def m010_comebacks(db: sqlite_utils.Database) -> None:
    """When workspaces let us in again: what the platform tells later, of before that, changes nothing."""
    db.executescript(_COMEBACKS)


def version(db: sqlite_utils.Database) -> int:
    """How many migrations *db* has been through; 0 for a new file."""
    return len(migrations.applied(db))


def check_ours(db: sqlite_utils.Database, path: Path, known: sqlite_utils.Migrations = migrations) -> None:
    """Make sure that *db* is a Daybrief database, or empty, and that *known* has all migrations it has been through.

    Raises:
        StoreTrouble: it is not.
    """
    if not db.table_names():
        return
    [(application,)] = db.execute("PRAGMA application_id").fetchall()
    if application != APPLICATION_ID:
        raise StoreTrouble(f"the database {path} belongs to another program; name another `data_dir`")
    # To an empty database, all that are known are pending.
    with contextlib.closing(sqlite_utils.Database(memory=True)) as nothing:
        names = {migration.name for migration in known.pending(nothing)}
    unknown = {migration.name for migration in known.applied(db)} - names
    if unknown:
        raise StoreTrouble(
            f"the database {path} was written by a newer version of Daybrief (it knows {min(unknown)}); "
            "install that version, or bring back the copy that was made before the upgrade"
        )


_ARCHIVE = """
CREATE TABLE story (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ref TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_name TEXT NOT NULL,       -- for comparing: cleaned, without case
    news_at INTEGER NOT NULL,
    is_withdrawn INTEGER NOT NULL,
    topics TEXT NOT NULL,           -- for searching: each on a line of its own, without case
    sources TEXT NOT NULL,          -- for searching: names and domains, without case
    revision INTEGER NOT NULL       -- the present one
);
CREATE INDEX story_by_news ON story (news_at, ref);
CREATE INDEX story_by_title ON story (title_name, news_at);
CREATE UNIQUE INDEX story_by_revision ON story (revision);

-- Whom a story exists for. A public one has one row, with the workspace ''.
CREATE TABLE audience (
    story INTEGER NOT NULL REFERENCES story ON DELETE CASCADE,
    workspace TEXT NOT NULL,
    PRIMARY KEY (story, workspace)
) WITHOUT ROWID;

-- Every text a story ever had. Ids only grow, so the newest one tells whether anything has changed.
CREATE TABLE revision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    story INTEGER NOT NULL REFERENCES story ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    content TEXT NOT NULL,          -- the story as JSON, without its articles
    articles TEXT NOT NULL,         -- ids of its articles at that time, in order, as JSON
    UNIQUE (story, number)
);

-- Every ref ever given, so that none is given twice. A merged one leads to another ref; a forgotten one to nothing.
CREATE TABLE ref (
    ref TEXT PRIMARY KEY,
    story INTEGER REFERENCES story ON DELETE SET NULL,
    leads_to TEXT REFERENCES ref
) WITHOUT ROWID;
CREATE INDEX ref_by_target ON ref (leads_to) WHERE leads_to IS NOT NULL;
CREATE INDEX ref_by_story ON ref (story) WHERE story IS NOT NULL;

CREATE TABLE article (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,        -- of the stories that hold it, comma-separated
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    address TEXT NOT NULL,          -- the url for comparing
    source TEXT NOT NULL,
    domain TEXT NOT NULL,
    published INTEGER,
    first_seen INTEGER NOT NULL,
    news_at INTEGER NOT NULL,
    dated INTEGER NOT NULL,         -- published, else first seen
    extract TEXT NOT NULL,
    feed TEXT NOT NULL,
    weight REAL NOT NULL,
    topics TEXT NOT NULL,
    UNIQUE (workspace, key)
);
CREATE INDEX article_by_address ON article (address) WHERE address <> '';
CREATE INDEX article_by_news ON article (news_at, workspace);
CREATE INDEX article_by_date ON article (dated, workspace, news_at);

-- The articles of each story, in order.
CREATE TABLE story_article (
    story INTEGER NOT NULL REFERENCES story ON DELETE CASCADE,
    place INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    PRIMARY KEY (story, place)
) WITHOUT ROWID;
CREATE INDEX story_by_article ON story_article (article);

-- Under what an article is known again.
CREATE TABLE article_name (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;
CREATE INDEX name_by_article ON article_name (article);

-- Both are keyed by the story's id, so rowid order is order of arrival.
CREATE VIRTUAL TABLE story_text USING fts5 (
    title, takeaway, sections, articles, sources, tokenize = "unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE story_title USING fts5 (
    title, prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 2"
);
"""

_FEEDS = """
CREATE TABLE feed_state (
    workspace TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    digest TEXT NOT NULL,
    read_at INTEGER,
    fine_at INTEGER,
    next_at INTEGER,
    failures INTEGER NOT NULL,
    reason TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (workspace, url)
);

CREATE TABLE added_feed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL,
    name TEXT NOT NULL,
    weight REAL NOT NULL,
    topics TEXT NOT NULL,
    UNIQUE (workspace, url)
);
"""

_LEDGER = """
CREATE TABLE subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    timezone TEXT NOT NULL,
    days TEXT NOT NULL,
    stories INTEGER NOT NULL,
    topics TEXT NOT NULL,
    layout TEXT NOT NULL,
    declared INTEGER NOT NULL,
    since INTEGER,
    standing TEXT NOT NULL,
    reason TEXT NOT NULL,
    UNIQUE (platform, workspace, channel)
);

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    subscription INTEGER NOT NULL REFERENCES subscription,
    date TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER,                -- empty once it is final
    sent_at INTEGER,
    token INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,            -- empty while nobody holds it
    intent_part INTEGER,
    intent_key TEXT,
    intent_at INTEGER,
    UNIQUE (subscription, date)
);
CREATE INDEX delivery_on_its_way ON delivery (due_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX delivery_by_date ON delivery (date);

-- What surely arrived.
CREATE TABLE delivery_part (
    delivery INTEGER NOT NULL REFERENCES delivery,
    part INTEGER NOT NULL,
    messages TEXT NOT NULL,
    PRIMARY KEY (delivery, part)
) WITHOUT ROWID;

CREATE TABLE edition (
    delivery INTEGER PRIMARY KEY REFERENCES delivery,
    workspace TEXT NOT NULL,
    subscription INTEGER NOT NULL REFERENCES subscription,
    composed_at INTEGER NOT NULL,
    refs TEXT NOT NULL,
    content TEXT NOT NULL,
    reasons TEXT NOT NULL REFERENCES reasons
);
CREATE INDEX edition_by_subscription ON edition (subscription, composed_at);
CREATE INDEX edition_by_time ON edition (composed_at);

-- Why editions are as they are. Channels of one morning mostly share a list, so it is kept once, under its SHA-256.
CREATE TABLE reasons (
    digest TEXT PRIMARY KEY,
    verdicts BLOB NOT NULL
);

CREATE TABLE edition_story (
    ref TEXT NOT NULL,
    subscription INTEGER NOT NULL REFERENCES subscription,
    delivery INTEGER NOT NULL REFERENCES edition,
    publishers INTEGER NOT NULL,
    PRIMARY KEY (ref, subscription, delivery)
) WITHOUT ROWID;

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
"""

_CHAT = """
ALTER TABLE subscription ADD COLUMN paused_by_platform INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN owner TEXT NOT NULL DEFAULT '';

ALTER TABLE delivery ADD COLUMN told_at INTEGER;        -- when an admin was told how it ended
ALTER TABLE delivery ADD COLUMN reopened_at INTEGER;    -- when an admin wished it sent once more
CREATE INDEX delivery_untold ON delivery (due_at) WHERE told_at IS NULL AND state IN ('refused', 'missed', 'uncertain');

CREATE TABLE wish (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    subscription INTEGER NOT NULL REFERENCES subscription,
    date TEXT NOT NULL,
    ref TEXT NOT NULL,
    wish TEXT NOT NULL,
    UNIQUE (subscription, date, ref)
);

CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    at INTEGER NOT NULL,
    person TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    event TEXT NOT NULL,
    UNIQUE (workspace, event)
);

-- Where the bot is at home, by platform: the workspace of declared channels that name none.
CREATE TABLE home (
    platform TEXT PRIMARY KEY,
    workspace TEXT NOT NULL
) WITHOUT ROWID;
"""

_ANALYSIS = """
CREATE TABLE page (
    article INTEGER PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    text TEXT NOT NULL,             -- empty: there was none to be had
    reason TEXT NOT NULL,
    read_at INTEGER NOT NULL
);

CREATE TABLE expense (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL DEFAULT '',
    day TEXT NOT NULL,              -- in UTC
    at INTEGER NOT NULL,
    ref TEXT NOT NULL,
    purpose TEXT NOT NULL,
    model TEXT NOT NULL,
    microdollars INTEGER NOT NULL,
    is_settled INTEGER NOT NULL
);
CREATE INDEX expense_by_day ON expense (workspace, day);
"""

_READINGS = """
-- Whose own text a revision is, as platform:workspace; '' is everybody's. And who wrote it from chat.
ALTER TABLE revision ADD COLUMN workspace TEXT NOT NULL DEFAULT '';
ALTER TABLE revision ADD COLUMN person TEXT NOT NULL DEFAULT '';

-- What a workspace reads instead of a story's own text. In story_text and story_title its rowid is the negative id, so
-- that readings come after all stories.
CREATE TABLE reading (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    story INTEGER NOT NULL REFERENCES story ON DELETE CASCADE,
    title TEXT NOT NULL,
    title_name TEXT NOT NULL,
    is_withdrawn INTEGER NOT NULL,
    revision INTEGER NOT NULL,      -- that has the text
    UNIQUE (workspace, story)
);
CREATE INDEX reading_by_story ON reading (story);
CREATE INDEX reading_by_title ON reading (workspace, title_name);

-- Deliveries whose messages do not surely show what their stories read now.
CREATE TABLE erratum (
    workspace TEXT NOT NULL,        -- of the channel, as platform:workspace
    delivery INTEGER NOT NULL UNIQUE REFERENCES delivery,
    refs TEXT NOT NULL,             -- of the stories that were restated, with a space between two
    version INTEGER NOT NULL,       -- grows with every restatement
    token INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,            -- empty while nobody is at it
    next_at INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',    -- why the last attempt failed
    failing_since INTEGER,
    told_at INTEGER,                -- when an admin was told of that
    unsure_since INTEGER,           -- an edit that ended no later than this may be carried out yet
    PRIMARY KEY (workspace, delivery)
) WITHOUT ROWID;
"""

_TROUBLES = """
CREATE TABLE trouble (
    workspace TEXT NOT NULL,        -- empty: of the installation
    cause TEXT NOT NULL,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    over_at INTEGER,                -- empty while it lasts
    told_at INTEGER,
    told_over_at INTEGER,
    last_told_at INTEGER,
    told_to TEXT NOT NULL,
    PRIMARY KEY (workspace, cause, subject)
) WITHOUT ROWID;
"""

_INSTALLATIONS = """
CREATE TABLE installation (
    platform TEXT NOT NULL,
    enterprise TEXT NOT NULL,       -- empty: it belongs to none
    team TEXT NOT NULL,             -- empty: of all workspaces of the organisation
    name TEXT NOT NULL,
    sealed TEXT NOT NULL,           -- the token, encrypted; the key is never in here
    scopes TEXT NOT NULL,           -- as JSON
    bot_user TEXT NOT NULL,
    bot TEXT NOT NULL,
    installer TEXT NOT NULL,
    installed_at INTEGER NOT NULL,  -- by the platform's clock
    PRIMARY KEY (platform, enterprise, team)
);
CREATE UNIQUE INDEX installation_by_team ON installation (platform, team) WHERE team <> '';

-- To which organisation a workspace belongs, as the platform has said.
CREATE TABLE membership (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    enterprise TEXT NOT NULL,
    PRIMARY KEY (platform, workspace)
);
CREATE INDEX membership_by_enterprise ON membership (platform, enterprise);

-- Workspaces and organisations that have put us out, and have not let us in again.
CREATE TABLE removal (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    removed_at INTEGER NOT NULL,    -- by the platform's clock
    PRIMARY KEY (platform, workspace)
);

-- Who has begun to let us in: the SHA-256 of what only their browser knows.
CREATE TABLE install_state (
    digest TEXT PRIMARY KEY,
    until INTEGER NOT NULL
);
"""

_LOOKS = """
-- Nothing can come due before; 0: look at once.
ALTER TABLE subscription ADD COLUMN next_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX subscription_by_look ON subscription (next_at, id) WHERE standing <> 'retired';
CREATE INDEX subscription_by_standing ON subscription (standing);
CREATE INDEX delivery_by_sending ON delivery (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX delivery_uncertain ON delivery (date) WHERE state = 'uncertain';
"""

_COMEBACKS = """
-- When a workspace or an organisation last let us in, by the platform's clock.
CREATE TABLE comeback (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (platform, workspace)
);
"""
