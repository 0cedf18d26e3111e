"""Looking stories up."""

from datetime import UTC, date, datetime, time, timedelta

import click

from bot.cli.app import Session, command, json_option
from bot.errors import NotFound, WrongUsage
from bot.model import Answer, Asker, SectionName
from bot.wording import absent

_SECTIONS = click.Choice([name.value.replace("_", "-") for name in SectionName])


@click.command()
@click.argument("story", nargs=-1, required=True)
@click.option("--section", type=_SECTIONS, help="Only this section.")
@click.option("--history", "wants_history", is_flag=True, help="All texts that the story ever had, oldest first.")
@json_option
@command
async def story(session: Session, story: tuple[str, ...], section: str | None, wants_history: bool) -> int:
    """Show a stored story: by ref, by its number in the latest edition, by words of its title, or by url."""
    name = SectionName(section.replace("-", "_")) if section else None
    return await _answer(session, " ".join(story), name, wants_history=wants_history)


@click.command()
@click.argument("story", nargs=-1, required=True)
@json_option
@command
async def keypoints(session: Session, story: tuple[str, ...]) -> int:
    """Show a story's key points, each with its source."""
    return await _answer(session, " ".join(story), SectionName.KEY_POINTS)


@click.command()
@click.argument("story", nargs=-1, required=True)
@json_option
@command
async def effects(session: Session, story: tuple[str, ...]) -> int:
    """Show a story's second-order effects."""
    return await _answer(session, " ".join(story), SectionName.SECOND_ORDER_EFFECTS)


@click.command()
@click.argument("words", nargs=-1)
@click.option("--from", "since", metavar="DATE", help="News of this day or later.")
@click.option("--to", "until", metavar="DATE", help="News of this day or earlier.")
@click.option("--topic", default="", help="Only stories with this topic.")
@click.option("--source", default="", help="Only stories that this publisher reports (name or domain).")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@json_option
@command
async def search(
    session: Session, words: tuple[str, ...], since: str | None, until: str | None, topic: str, source: str, limit: int
) -> None:
    """Search the stored stories, best first; without words, the newest."""
    from bot.manuscript import dump_story
    from bot.ports import Search
    from bot.wiring import looks

    wanted = Search(
        words=" ".join(words),
        since=_day(since),
        until=_day(until, offset=1),
        topic=topic,
        source=source,
        limit=limit,
    )
    async with session.house() as house:
        found = await house.desk.stories.search(wanted)
        now = house.room.clock.now()
    if session.as_json:
        session.values([dump_story(story) for story in found])
        return
    session.show(looks.search_results(wanted.words, found, now=now))


async def _answer(session: Session, name: str, section: SectionName | None, *, wants_history: bool = False) -> int:
    """Show what was asked for. The exit code: 1 where the section is not there, and was to be written."""
    from bot.manuscript import dump_story
    from bot.wiring import looks

    async with session.house() as house:
        answer = await house.desk.stories.look_up(name, section, Asker())
        if house.writer_trouble and answer.story and not answer.is_written:
            raise house.writer_trouble
        if not wants_history:
            async with looks.for_answer(answer):
                answer = await house.desk.stories.written(answer, Asker())
        now = house.room.clock.now()
        if answer.story and wants_history:
            history = await house.desk.stories.history(answer.story.ref, Asker())
            if session.as_json:
                session.values(
                    [
                        {"revision": one.number, "at": one.at.isoformat(), "reason": one.reason}
                        | {"workspace": one.workspace, "person": one.person}
                        | {"story": dump_story(one.story)}
                        for one in history
                    ]
                )
            else:
                session.show(looks.history(history))
            return 0
    if answer.story is None:
        raise NotFound(looks.not_found_text(answer))
    if session.as_json:
        session.values(_json(answer, dump_story(answer.story)))
    elif answer.is_written or not answer.trouble:
        session.show(looks.answer(answer, now=now))
        if former := looks.former_texts(answer.story):
            session.show(former)
    if not answer.section or not answer.trouble:
        return 0
    # What is quoted is there all the same, without what a model would have added.
    told = answer.trouble if answer.is_written else absent(answer.story, answer.section, answer.trouble)
    click.echo(f"daybrief: {told}", err=True)
    return 0 if answer.is_written else 1


def _json(answer: Answer, whole: dict[str, object]) -> dict[str, object]:
    """A whole story; of its sections only the one that was asked for, if one was."""
    sections = whole["sections"]
    if answer.section is None or not isinstance(sections, dict):
        return whole
    name = answer.section.value
    return whole | {"sections": {name: sections[name]}}


def _day(text: str | None, *, offset: int = 0) -> datetime | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(f'"{text}" is not a date; write 2026-05-11') from error
    return datetime.combine(day + timedelta(days=offset), time(0), UTC)
