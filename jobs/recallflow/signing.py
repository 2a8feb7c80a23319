"""Signs calls, as the vendor's public pages describe it."""

import hashlib
from dataclasses import dataclass

from pydantic import SecretStr

SHOWN_CHARACTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who sends."""

    key: SecretStr
    """The API key. Only its first characters are ever shown."""
    secret: SecretStr
    """The API secret. Never shown."""

    @property
    def masked(self) -> str:
        """The key as it may be shown: its first characters, and of a short one not even those."""
        key = self.key.get_secret_value()
        return f"{key[: min(SHOWN_CHARACTERS, len(key) // 2)]}****"

    def headers(self, timestamp: int) -> dict[str, str]:
        """The headers of a call that is signed for this time (Unix seconds)."""
        key = self.key.get_secret_value()
        return {
            "Content-Type": "application/json;charset=UTF-8",
            "Api-Key": key,
            "Timestamp": str(timestamp),
            "Sign": sign(key, self.secret.get_secret_value(), timestamp),
        }


def sign(key: str, secret: str, timestamp: int) -> str:
    """MD5 of key, secret and timestamp in a row, in hex. The body is not part of it, so only TLS protects the body."""
    return hashlib.md5(f"{key}{secret}{timestamp}".encode(), usedforsecurity=False).hexdigest()
