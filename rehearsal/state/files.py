"""Files that people or the bot uploaded."""

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


@dataclass(eq=False)
class StoredFile:
    """
    A file; `data` is None until its bytes have arrived, `complete` once somebody completed the upload.

    Slack looks at an upload in its own time: `looks_left` is how often one has to ask until it knows what it is.
    """

    id: str
    name: str
    user: str
    created: int
    length: int
    title: str = ""
    data: bytes | None = None
    complete: bool = False
    channels: list[str] = field(default_factory=list)
    looks_left: int = 0

    @property
    def picture_type(self) -> str:
        """`image/png` and the like, by what is in it; "" when it is no picture."""
        data = self.data or b""
        return next((kind for start, kind in _SIGNATURES.items() if data.startswith(start)), "")

    @property
    def mimetype(self) -> str:
        """What it is, as far as Slack knows by now."""
        if self.looks_left:
            return ""
        return self.picture_type or ("text/csv" if self.name.lower().endswith(".csv") else "application/octet-stream")

    def shape(self, base_url: str, team_id: str) -> dict[str, Any]:
        """The file object of `files.info`, messages and file inputs."""
        address = f"{base_url}/files-pri/{team_id}-{self.id}"
        kind = PurePath(self.name).suffix.lstrip(".").lower() or "text"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": "" if self.looks_left else kind,
            "user": self.user,
            "user_team": team_id,
            "mode": "hosted",
            "size": len(self.data or b""),
            "is_external": False,
            "is_public": bool(self.channels),
            "url_private": f"{address}/{self.name}",
            "url_private_download": f"{address}/download/{self.name}",
            "permalink": f"{base_url}/files/{self.user}/{self.id}/{self.name}",
            "channels": self.channels,
        }
