"""Files uploaded by people or the bot."""

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any


@dataclass(eq=False)
class StoredFile:
    """A file; `data` is None until its bytes have been uploaded."""

    id: str
    name: str
    user: str
    created: int
    length: int
    title: str = ""
    data: bytes | None = None
    channels: list[str] = field(default_factory=list)

    def to_json(self, base_url: str, team_id: str) -> dict[str, Any]:
        """Return the file object of `files.info`, messages and file inputs."""
        address = f"{base_url}/files-pri/{team_id}-{self.id}"
        kind = PurePath(self.name).suffix.lstrip(".").lower() or "text"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": "text/csv" if kind == "csv" else "application/octet-stream",
            "filetype": kind,
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
