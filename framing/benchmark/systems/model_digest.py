"""Which model a score is of: a digest of its numbers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

_DIGITS = 8


def digest(folder: Path) -> str:
    """The first eight digits of the digest of a model, for signatures; what its card tells of it, scores among it, does not count."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.npz")):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    numbers = {key: value for key, value in json.loads((folder / "model.json").read_text(encoding="utf-8")).items() if key != "card"}
    whole.update(json.dumps(numbers, sort_keys=True).encode())
    return whole.hexdigest()[:_DIGITS]
