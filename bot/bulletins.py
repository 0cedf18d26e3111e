"""What an admin is told of troubles: what, where, since when, what to do, and whether it mends by itself. Pure.

Many troubles of one cause make one notice: an admin of five hundred channels is told once that their platform is gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.model import Case, Cause, Notice
from bot.text import clean, cut
from bot.wording import counted, day_and_hour, first_lines

_MOST_REASON = 300
"""Characters of a reason; some come from a platform or from a feed's server."""
_MOST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """How one cause is told. ``{who}`` has the trouble, ``{since}`` it began, and ``{why}`` is the reason."""

    one: str
    """Of one subject, to go on with the next step."""
    many: str = ""
    """Of several, ``{who}`` being how many; empty: it has only one subject."""
    step: str
    """What to do, and whether it mends by itself."""
    over: str
    many_over: str = ""
    noun: str = "channel"


_BY_CHANNEL = "Each channel says more with /daybrief status."
WORDS: Mapping[Cause, _Words] = MappingProxyType(
    {
        Cause.CLOSED: _Words(
            one="{who} has been paused since {since}: {why}.",
            many="{who} have been paused since {since}: {why}.",
            step="Nothing is posted there, and the settings are kept. Mend that; it resumes by itself once posts are "
            "taken again, within an hour, or at once with /daybrief resume.",
            over="{who} takes posts again and is resumed; it had been paused since {since}. Its next edition comes at "
            "its usual hour.",
            many_over="{who} take posts again and are resumed; they had been paused since {since}. Their next editions "
            "come at their usual hours.",
        ),
        Cause.PAUSED: _Words(
            one="{who} has not been served since {since}: {why}.",
            many="{who} have not been served since {since}: {why}.",
            step="Nothing is posted there, and the settings are kept. It does not resume by itself: /daybrief resume "
            "does that.",
            over="{who} is served again; it had been paused since {since}. Its next edition comes at its usual hour.",
            many_over="{who} are served again; they had been paused since {since}. Their next editions come at their "
            "usual hours.",
        ),
        Cause.SILENT: _Words(
            one="{who} had no story in its last three editions; {why}.",
            many="{who} had no story in their last three editions; {why}.",
            step="Posting goes on as before, and the silence ends by itself with the next story. If that is not what "
            "you want, choose more topics (/daybrief setup), or see with `daybrief feeds` whether the feeds still "
            "bring news.",
            over="{who} has stories again; it had been silent since {since}.",
            many_over="{who} have stories again; they had been silent since {since}.",
        ),
        Cause.STALE: _Words(
            one="{who} got an edition that lacks news, {why}.",
            many="{who} got an edition that lacks news, {why}.",
            step="Feeds that fail are tried again by themselves, and the next edition has what is there by then. "
            "`daybrief feeds` has the reason for each; if all fail, look at this machine's connection.",
            over="{who} got an edition again from which no news is missing; those since {since} lacked some.",
            many_over="{who} got editions again from which no news is missing; those since {since} lacked some.",
        ),
        Cause.ONE_SOURCE: _Words(
            one="{who} got an edition in which one publisher tells all stories: {why}.",
            many="{who} got an edition in which one publisher tells all stories: {why}.",
            step="The next edition is chosen anew. If that happens often, look with `daybrief feeds` which feeds fail, "
            "or add feeds or topics.",
            over="{who} got an edition of several publishers again, the first since {since}.",
            many_over="{who} got editions of several publishers again, the first since {since}.",
        ),
        Cause.ZONE: _Words(
            one="{who} has not been served since {since}: this machine knows no time zone {why}.",
            many="{who} have not been served since {since}, for this machine does not know their time zone: {why}.",
            step="Update tzdata on the machine, or set another zone: /daybrief setup, or the configuration for "
            "channels that it declares. What has become due by then is sent if it is within the catch-up window.",
            over="{who} is served again; its time zone had been unknown to this machine since {since}.",
            many_over="{who} are served again; their time zone had been unknown to this machine since {since}.",
        ),
        Cause.PLATFORM: _Words(
            one="{who} has not been served since {since}: this installation cannot post to {why}.",
            many="{who} have not been served since {since}: this installation cannot post there: {why}.",
            step="It does not mend by itself: install a version that can, or remove it with `daybrief channels "
            "remove`.",
            over="{who} can be posted to again; that had not been so since {since}.",
            many_over="{who} can be posted to again; that had not been so since {since}.",
        ),
        Cause.TOKEN: _Words(
            one="{who} has not taken Daybrief's token since {since}: {why}.",
            many="{who} have not taken Daybrief's token since {since}: {why}.",
            step="No channel there is served and no command answered; all settings are kept. Install the app there "
            "again, or set the new token and start Daybrief again; then everything goes on by itself.",
            over="{who} takes Daybrief's token again; it had not since {since}. Paused channels resume within an hour.",
            many_over="{who} take Daybrief's token again; they had not since {since}. Paused channels resume within an "
            "hour.",
            noun="workspace",
        ),
        Cause.UNREACHABLE: _Words(
            one="Nobody on {who} has been answered since {since}: {why}.",
            many="Nobody on {who} has been answered since {since}: {why}.",
            step="Editions are posted all the same. `daybrief check` says what is wrong with the secrets; a lost "
            "connection is made again by itself.",
            over="Commands on {who} are answered again; they had not been since {since}.",
            many_over="Commands on {who} are answered again; they had not been since {since}.",
            noun="platform",
        ),
        Cause.WORKERS: _Words(
            one="Nobody has posted to {who} since {since}: {why}.",
            many="Nobody has posted to {who} since {since}: {why}.",
            step="Start one that has the platform's token: `daybrief run --role worker`. What waits is sent late then, "
            "within the catch-up window; after that it is missed.",
            over="A worker listens for {who} again; none had since {since}. What is still within its catch-up "
            "window is sent, late.",
            many_over="A worker listens for {who} again; none had since {since}. What is still within its catch-up "
            "window is sent, late.",
            noun="platform",
        ),
        Cause.FEED: _Words(
            one="{who} has failed for more than a day, since {since}: {why}.",
            many="{who} have failed for more than a day, since {since}: {why}.",
            step="What fails is tried again by itself, at least once a day, for ever. If a feed has moved or ended, "
            "change it in the configuration, or with `daybrief feeds add` and `daybrief feeds remove`.",
            over="{who} can be read again; it had failed since {since}.",
            many_over="{who} can be read again; they had failed since {since}.",
            noun="feed",
        ),
        Cause.BUDGET: _Words(
            one="What models may cost in a day, {why}, has been spent since {since}.",
            step="Editions leave on time with what is quoted from their sources. The budget begins anew at midnight "
            "UTC by itself; [analyst] daily_budget_usd raises it.",
            over="Models may write again; their budget had been spent since {since}.",
        ),
        Cause.MODEL: _Words(
            one="The model has given nothing since {since}: {why}.",
            step="Editions leave on time with what is quoted from their sources, and it is asked again by itself. If "
            "it was retired or the key revoked, change [analyst] model or the key; `daybrief check` looks at both.",
            over="The model writes again; it had given nothing since {since}.",
        ),
        Cause.STORE: _Words(
            one="Nothing can be recorded, and so nothing has been posted, since {since}: {why}.",
            step="What could not be recorded is never sent, so that nothing comes twice. As soon as there is room and "
            "the file can be written, everything goes on by itself; what is due then is sent late, within the catch-up "
            "window.",
            over="Everything can be recorded again, and what is due is sent; that had not been so since {since}.",
        ),
        Cause.SPACE: _Words(
            one="The disk of Daybrief's data has been nearly full since {since}: {why} are free.",
            step="Nothing is lost yet. Make room before nothing can be recorded any more, for then nothing is posted.",
            over="There is room again on the disk of Daybrief's data; it had been nearly full since {since}.",
        ),
        Cause.CLOCK: _Words(
            one="Nothing is posted: {why}.",
            step="Once the clock is right, everything goes on by itself; what is due then is sent late, within the "
            "catch-up window.",
            over="This machine's clock is believed again, and what is due is sent.",
        ),
        Cause.CONFIGURATION: _Words(
            one="A new configuration has been refused since {since}, and the former one stays at work: {why}.",
            step="Mend the file and send SIGHUP again; a start would be refused as well.",
            over="The configuration was loaded; a new one had been refused since {since}.",
        ),
        Cause.BACKUP: _Words(
            one="Since {since} no copy of the database could be made at night: {why}.",
            step="It is tried again every night by itself. Until it works, what is lost with the database is lost: see "
            "that [storage] backups names a folder with enough room that Daybrief may write to.",
            over="The database is copied at night again; it had not been since {since}.",
        ),
        Cause.MONITORS: _Words(
            one="Monitors have not been answered since {since}: {why}.",
            step="Editions are posted all the same. It is tried again every minute by itself; another address counts "
            "from the next start on.",
            over="Monitors are answered again; they had not been since {since}.",
        ),
        Cause.FAULT: _Words(
            one="A part of Daybrief has failed since {since}, in a way that nobody foresaw: {who} ({why}).",
            many="{who} of Daybrief have failed since {since}, in a way that nobody foresaw: {why}.",
            step="It is tried again by itself, and the rest goes on. The log has the details; please report them.",
            over="The part of Daybrief that had failed since {since} works again: {who}.",
            many_over="{who} of Daybrief work again; they had failed since {since}.",
            noun="part",
        ),
    }
)


def begun(cases: Sequence[Case], zone: str) -> Notice:
    """That *cases*, at least one and all of one cause, are so; times are told in *zone*."""
    words = WORDS[cases[0].trouble.cause]
    head = _filled(words.one, words.many, cases, zone)
    more = f" {_BY_CHANNEL}" if len(cases) > 1 and words.noun == "channel" else ""
    return Notice(sentence=f"{head} {words.step}{more}", lines=_lines(cases, is_over=False))


def over(cases: Sequence[Case], zone: str) -> Notice:
    """That *cases*, at least one and all of one cause, are well again."""
    words = WORDS[cases[0].trouble.cause]
    # Where nobody could be reached while it lasted, this is the first that they hear of it.
    late = "" if any(one.told_at for one in cases) else "Nobody could be told of this before: "
    sentence = late + _filled(words.over, words.many_over, cases, zone)
    return Notice(sentence=sentence, lines=_lines(cases, is_over=True))


def shortly(case: Case, zone: str) -> str:
    """That *case* is so, and no more: for those who look at everything at once."""
    return _filled(WORDS[case.trouble.cause].one, "", [case], zone)


def held_up(case: Case, zone: str) -> str:
    """That *case* holds posts up, for those who do not run the installation: what its files are called, and what its
    disk says, is nothing to them.
    """
    began = _moment(case.begun_at, zone)
    return f"Posts have been held up since {began}, by trouble on the side of whoever runs Daybrief."


def _filled(one: str, many: str, cases: Sequence[Case], zone: str) -> str:
    words = WORDS[cases[0].trouble.cause]
    began = _moment(min(case.begun_at for case in cases), zone)
    if len(cases) == 1 or not many:
        return one.format(who=_name(cases[0]), since=began, why=_why(cases[0]))
    reasons = {_why(case) for case in cases}
    why = reasons.pop() if len(reasons) == 1 else "as listed below"
    return many.format(who=counted(len(cases), words.noun), since=began, why=why)


def _lines(cases: Sequence[Case], *, is_over: bool) -> tuple[str, ...]:
    """What several *cases* are about, with their reasons where these differ; none for a single one."""
    if len(cases) == 1:
        return ()
    is_same = is_over or len({_why(case) for case in cases}) == 1
    named = sorted(_name(case) if is_same else f"{_name(case)}: {_why(case)}" for case in cases)
    return first_lines(named)


def _name(case: Case) -> str:
    return cut(clean(case.trouble.name), _MOST_NAME)


def _why(case: Case) -> str:
    return cut(clean(case.trouble.detail), _MOST_REASON).rstrip(".?!") or "no reason is known"


def _moment(when: datetime, zone: str) -> str:
    return f"{day_and_hour(when.astimezone(ZoneInfo(zone)))} ({zone})"
