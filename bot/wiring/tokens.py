"""The tokens of installations: whether our keys open them, and wrapping them anew."""

from dataclasses import dataclass

from adapters.seal import Seal, new_key
from bot.config import Config
from bot.config.installing import KEYS, token_keys
from bot.errors import WrongUsage
from bot.ports import Store

__all__ = ["Rotated", "check_keys", "key_trouble", "new_key", "rotate", "seal_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What came of wrapping all tokens anew."""

    done: int
    """Tokens that only the first key opens from now on."""
    trouble: tuple[str, ...] = ()
    """Why others could not be."""


def seal_of(config: Config) -> Seal | None:
    """What seals the tokens of installations; None: there is no key. Raises ConfigProblems."""
    keys = token_keys(config)
    return Seal(keys) if keys else None


async def check_keys(store: Store, config: Config) -> int:
    """How many installations there are.

    Raises:
        WrongUsage: the token of one of them cannot be read; the sentence names the variable.
    """
    held = await store.installations.all()
    seal = Seal(token_keys(config))
    for one in held:
        seal.open(one)
    return len(held)


async def key_trouble(store: Store, config: Config) -> str:
    """Why the token of an installation cannot be read; empty: all can."""
    try:
        await check_keys(store, config)
    except WrongUsage as trouble:
        return str(trouble)
    return ""


async def rotate(store: Store, config: Config) -> Rotated:
    """Seal every token with the first key. One that changes meanwhile is sealed with it already.

    Raises:
        WrongUsage: there is no key.
    """
    seal = seal_of(config)
    if seal is None:
        raise WrongUsage(f"{KEYS} is not set; `daybrief tokens new-key` prints a key")
    done, trouble = 0, []
    for one in await store.installations.all():
        try:
            token = seal.open(one)
        except WrongUsage as sentence:
            trouble.append(str(sentence))
            continue
        done += await store.installations.reseal(one, seal.seal(token, one))
    return Rotated(done=done, trouble=tuple(trouble))
