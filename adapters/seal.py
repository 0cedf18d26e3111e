"""Tokens at rest: each sealed for the installation that it belongs to, under keys that no database holds."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from bot.config.installing import KEYS
from bot.errors import WrongUsage
from bot.model import Installation

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

_NOT_INSTALLED = 'the tokens of workspaces are encrypted by the extra "scale", which is not installed: make extras'


class Seal:
    """Seals with the first of *keys*, and opens what any of them has sealed. The keys are Fernet's.

    Everything raises WrongUsage where the extra ``scale`` is not installed.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)

    def seal(self, token: str, owner: Installation) -> str:
        """*token*, so that only we can read it, and only as that of *owner*."""
        return self._fernet.encrypt(f"{_name(owner)}\n{token}".encode()).decode()

    def open(self, installation: Installation) -> str:
        """The token of *installation*.

        Raises:
            WrongUsage: none of the keys has sealed it, or it was sealed for another one.
        """
        if not self._keys:
            raise WrongUsage(
                f"there are installations whose tokens are encrypted, and {KEYS} is not set; set it to the keys that "
                "they were encrypted with"
            )
        fernet = self._fernet
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - it is an extra

        try:
            owner, _, token = fernet.decrypt(installation.sealed).decode().partition("\n")
        except InvalidToken:
            raise WrongUsage(
                f"the token of {installation.name} was encrypted with a key that is not in {KEYS}; add that key behind "
                "the others"
            ) from None
        if owner != _name(installation):
            raise WrongUsage(
                f"the token that stands beside {installation.name} in the database is somebody else's; {KEYS} opens "
                "it, but it is not used: let the workspace add Daybrief again"
            )
        return token

    @cached_property
    def _fernet(self) -> "MultiFernet":
        try:
            from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - it is an extra
        except ImportError:
            raise WrongUsage(_NOT_INSTALLED) from None
        return MultiFernet([Fernet(key) for key in self._keys])


def new_key() -> str:
    """A key that nobody has had before."""
    try:
        from cryptography.fernet import Fernet  # noqa: PLC0415 - it is an extra
    except ImportError:
        raise WrongUsage(_NOT_INSTALLED) from None
    return Fernet.generate_key().decode()


def _name(installation: Installation) -> str:
    return "/".join(installation.key)
