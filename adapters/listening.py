"""Answering at an address of this machine, without a log of who asks for what."""

import asyncio
import os
import socket

from aiohttp import web

from bot.errors import WrongUsage


async def listening(
    app: web.Application, host: str, port: int, *, refusal: str, ends_within: float = 60.0
) -> web.AppRunner:
    """Serve *app* at *host* and *port*, where 0 is one that the system chooses.

    What is being answered when it ends has *ends_within* seconds.

    Raises:
        WrongUsage: the address is taken, or is not this machine's: *refusal* with its ``{address}`` and ``{reason}``.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=ends_within)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise _refused(refusal, host, port, error) from error
    return runner


async def try_listening(host: str, port: int, *, refusal: str) -> None:
    """Open the port for a moment, answering nobody, and close it again. Raises as :func:`listening` does."""
    try:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
    except OSError as error:
        raise _refused(refusal, host, port, error) from error
    server.close()
    await server.wait_closed()


def _refused(refusal: str, host: str, port: int, error: OSError) -> WrongUsage:
    is_numbered = error.errno is not None and not isinstance(error, socket.gaierror)  # whose numbers are others
    # The event loop's own text names the address once more.
    reason = os.strerror(error.errno) if is_numbered and error.errno else error.strerror or "an unknown reason"
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return WrongUsage(refusal.format(address=address, reason=reason.lower()))
