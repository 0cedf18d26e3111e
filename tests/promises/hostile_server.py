"""Feeds that want our memory, and some that mean no harm: a server in a process of its own.

``python -m tests.promises.hostile_server`` prints the port that it listens on, and ends with its standard input.
"""

import asyncio
import contextlib
import gzip
import random
import sys
from collections.abc import Callable

from aiohttp import web

KINDS = ("huge", "bomb", "laughs", "deep", "many", "noise", "title", "attributes")
"""The hostile ones."""
_WORDS = (
    "norvik",
    "halden",
    "orrery",
    "fjord",
    "motor",
    "planner",
    "court",
    "price",
    "maker",
    "model",
    "grid",
    "harbour",
)
_MB = 2**20


def body(kind: str, visit: int) -> bytes:
    """What a feed says; other bytes on every *visit*, so that no digest spares us the work."""
    if kind == "noise":
        return random.Random(visit).randbytes(9 * _MB)
    made = _HOSTILE.get(kind)
    return made() + b"<!-- %d -->" % visit if made else _honest(kind, visit).encode()


def _laughs() -> bytes:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    return b'<!DOCTYPE rss [<!ENTITY l0 "ha">' + entities + b"]><rss><channel><title>&l9;</title></channel></rss>"


def _many() -> bytes:
    item = b"<item><title>Item %d</title><link>https://a.test/%d</link></item>"
    return b"<rss><channel>" + b"".join(item % (n, n) for n in range(100_000)) + b"</channel></rss>"


_HOSTILE: dict[str, Callable[[], bytes]] = {
    "laughs": _laughs,
    "deep": lambda: b"<rss><channel>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</channel></rss>",
    "many": _many,
    "title": lambda: b"<rss><channel><item><title>" + b"word " * (9 * _MB // 5) + b"</title></item></channel></rss>",
    "attributes": lambda: b"<rss " + b" ".join(b'a%d="%s"' % (n, b"x" * 80) for n in range(2_000)) + b"></rss>",
}


def _honest(name: str, visit: int) -> str:
    dice = random.Random(f"{name} {visit}")
    items = "".join(
        f"<item><title>{' '.join(dice.choices(_WORDS, k=7))} {number}</title><link>https://{name}.test/{number}</link>"
        f"<description>{' '.join(dice.choices(_WORDS, k=60))}</description></item>"
        for number in range(visit, visit + 20)
    )
    return f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'


async def _serve() -> None:
    visits: dict[str, int] = {}
    bomb = gzip.compress(bytes(16 * _MB)) * 64  # members of a gzip file follow one another

    async def answer(request: web.Request) -> web.StreamResponse:
        kind = request.match_info["kind"]
        visits[kind] = visits.get(kind, 0) + 1
        if kind == "bomb":
            headers = {"Content-Encoding": "gzip", "Content-Type": "application/xml"}
            return web.Response(body=bomb, headers=headers)
        if kind == "huge":
            response = web.StreamResponse(headers={"Content-Type": "application/xml"})
            await response.prepare(request)
            with contextlib.suppress(ConnectionError):  # whoever reads has read enough
                for _ in range(100):
                    await response.write(b"x" * _MB)
            return response
        return web.Response(body=await asyncio.to_thread(body, kind, visits[kind]), content_type="application/xml")

    app = web.Application()
    app.router.add_get("/{kind}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve())
