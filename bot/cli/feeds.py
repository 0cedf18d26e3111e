"""The feeds: which there are, how they are doing, adding and removing, OPML in and out."""

import sys
from pathlib import Path

import click

from bot.cli.app import Session, command, fail, json_option
from bot.errors import NotFound, WrongUsage
from bot.model import Feed


@click.group(invoke_without_command=True)
@click.pass_context
def feeds(context: click.Context) -> None:
    """Show, add and remove feeds."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@feeds.command("list")
@json_option
@click.option("--secrets", "is_whole", is_flag=True, help="With --json: show keys in addresses, too.")
@command
async def list_(session: Session, is_whole: bool) -> None:
    """Show every feed with its state and a reason."""
    from bot.redact import Redactor
    from bot.wiring import looks

    async with session.house() as house:
        known = await house.desk.supply.feeds()
        now = house.room.clock.now()
    if session.as_json:
        redactor = Redactor()
        session.values(
            [
                {
                    "name": feed.name,
                    "url": feed.url if is_whole else redactor.clean(feed.url),
                    "state": state.health.value,
                    "reason": state.reason,
                    "articles": state.articles,
                    "read": state.read_at.isoformat() if state.read_at else None,
                    "next": state.next_at.isoformat() if state.next_at else None,
                    "topics": list(feed.topics),
                    "weight": feed.weight,
                    "declared": feed.declared,
                }
                for feed, state in known
            ]
        )
        return
    session.show(looks.feeds(known, now=now))


@feeds.command()
@click.argument("url")
@click.option("--name", default="", help="What readers see [default: the domain].")
@click.option("--topic", "topics", multiple=True, help="May be repeated.")
@click.option("--weight", type=click.FloatRange(0.01, 100), default=1.0, show_default=True)
@command
async def add(session: Session, url: str, name: str, topics: tuple[str, ...], weight: float) -> None:
    """Add the feed at URL; a running bot reads it on its next round."""
    from bot.identity import domain_of
    from bot.redact import LONGEST
    from bot.text import clean

    if len(url.encode()) > LONGEST:
        raise WrongUsage(f"the address is longer than {LONGEST:,} bytes; such a feed can be declared: [[feeds]]")
    domain = domain_of(url)
    if not domain:
        raise WrongUsage(
            f'"{url}" is not an http(s) address. A file can be a feed too, but only in the configuration: [[feeds]]'
        )
    async with session.house() as house:
        feed = Feed(url=url, name=clean(name) or domain, weight=weight, topics=topics, declared=False)
        if not await house.desk.supply.add_feed(feed):
            fail(f"{url} is one of the feeds already")
    click.echo(f"added {feed.name}")


@feeds.command()
@click.argument("url")
@command
async def remove(session: Session, url: str) -> None:
    """Remove the feed at URL; its articles stay."""
    async with session.house() as house:
        if await house.desk.supply.remove_feed(url):
            click.echo(f"removed {url}")
            return
        known = await house.desk.supply.feeds()
    if any(feed.url == url for feed, _ in known):
        raise WrongUsage(f"{url} is declared in the configuration; remove it there, then reload (SIGHUP)")
    raise NotFound(f"no feed has the address {url}; see daybrief feeds")


@feeds.command("import")
@click.argument("opml")
@command
async def import_(session: Session, opml: str) -> None:
    """Add all feeds of an OPML file ("-" reads standard input)."""
    from bot import wiring
    from bot.redact import LONGEST

    try:
        text = sys.stdin.buffer.read() if opml == "-" else Path(opml).read_bytes()
    except OSError as error:
        raise WrongUsage(f"{opml} cannot be read: {(error.strerror or 'unknown').lower()}") from error
    listed = wiring.opml.read(text)
    found = [feed for feed in listed if len(feed.url.encode()) <= LONGEST]
    async with session.house() as house:
        added = [feed for feed in found if await house.desk.supply.add_feed(feed)]
    known = len(found) - len(added)
    click.echo(f"added {len(added)} feeds" + (f"; {known} were there already" if known else ""))
    if long := len(listed) - len(found):
        click.echo(f"{long} were left out: their addresses are longer than {LONGEST:,} bytes", err=True)


@feeds.command()
@command
async def export(session: Session) -> None:
    """Print all feeds as OPML, with whatever keys are in their addresses."""
    from bot import wiring
    from bot.redact import Redactor

    async with session.house() as house:
        known = await house.desk.supply.feeds()
    redactor = Redactor()
    secret = sum(redactor.clean(feed.url) != feed.url for feed, _ in known)
    if secret:
        click.echo(f"{secret} of the addresses hold a key; keep this list to yourself", err=True)
    click.echo(wiring.opml.write([feed for feed, _ in known]))
