"""The list of promises, in the order in which people read it."""

from tests.promises.table import Promise

PROMISES = (
    Promise(
        name="exactly_once",
        title="Exactly once, or a reason and a notice",
        must="1,000 seeds of the simulation: 0 lost, 0 duplicate, 0 without a terminal record, 0 without a notice",
    ),
    Promise(
        name="many",
        title="The same, on many machines",
        must="100 seeds with two alarms and four workers over one PostgreSQL, killed at any step and frozen for longer "
        "than a lease: 0 lost, 0 duplicate, 0 without a terminal record, 0 without a notice",
    ),
    Promise(
        name="kills",
        title="`kill -9` of the real process",
        must="1,000 kills over Slack and Discord, 2 % accepted and dropped, accepts up to 5 s late, settling 6 s: "
        "0 lost, 0 duplicate, within 60 minutes",
    ),
    Promise(
        name="daylight",
        title="Daylight saving",
        must="every IANA zone × 9 times × 5 years: 0 dates skipped or doubled",
    ),
    Promise(
        name="rush",
        title="Acknowledgement during the rush",
        must="50 commands/s for 10 minutes while 5,000 channels are served: p99 ≤ 1 s, max ≤ 2 s, none over 3 s",
    ),
    Promise(
        name="lateness",
        title="Lateness",
        must="95 % of the editions within the platform's own bound × 1.2 + 60 s",
    ),
    Promise(
        name="isolation",
        title="One that fails holds up no other",
        must="100 hostile feeds of 200, once known: the healthy ones within 1.1 × their time (the first round is told "
        "as well); one workspace in a storm of 429: the others at most 5 s later",
    ),
    Promise(
        name="tenants",
        title="Workspaces see nothing of one another",
        must="20,000 random operations over five tenants with colliding names and ids: 0 foreign rows; every id tried "
        "from another tenant: not found",
    ),
    Promise(
        name="secrets",
        title="Secrets stay secret",
        must="fake secrets through every path at DEBUG with forced exceptions: 0 occurrences; gitleaks' rules over all "
        "output and a database dump: 0; `feeds export` and `feeds list --json --secrets` alone print addresses whole",
        reads_shared=True,
    ),
    Promise(
        name="mentions",
        title="Nobody is pinged by text from outside",
        must="all payloads × every text field × both platforms: 0 live; 250 of them posted, corrected, withdrawn, "
        "told, answered and shown in forms: 0 live where they arrive",
        reads_shared=True,
    ),
    Promise(
        name="fetching",
        title="Nothing inside your network is fetched",
        must="all hostile urls × every way in × redirects and rebinding: 0 sockets to an address that is not public",
        reads_shared=True,
    ),
    Promise(
        name="replays",
        title="What a platform says twice acts once",
        must="each event four times in random order, over a restart: 1 effect",
    ),
    Promise(
        name="signatures",
        title="Only Slack is believed to be Slack",
        must="10,000 mutated requests: 0 accepted; an empty secret: no start",
    ),
    Promise(
        name="database_faults",
        title="A database that fails",
        must="the n-th write fails, n = 1 … 500: 0 duplicate, no crash loop, well again within 60 s",
    ),
    Promise(
        name="memory",
        title="Memory",
        must="24 simulated hours with hostile bodies: growth ≤ 10 %, peak ≤ 512 MB",
    ),
    Promise(
        name="shutdown",
        title="Stopping",
        must="200 SIGTERMs at random instants, 56 of them when a platform has just fallen silent: gone within 10 s, "
        "0 lost, 0 duplicate",
    ),
    Promise(
        name="migrations",
        title="Upgrades",
        must="50 kills at random statements from every released schema: opens as old or new, 0 rows lost; a downgrade "
        "is refused",
    ),
)
