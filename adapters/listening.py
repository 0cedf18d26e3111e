"""Answering at an address of this machine, without a log of who asks for what."""

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
        reason = (error.strerror or "an unknown reason").lower()
        raise WrongUsage(refusal.format(address=f"{host}:{port}", reason=reason)) from error
    return runner
