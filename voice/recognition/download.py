"""Fetches weights from a model hub or a mirror of it: checked, and resumed where it broke off.

The hub's own client begins a large file anew in every process, so only its addresses are used. A file counts when its
checksum is the one the hub states for the revision: SHA-256 of a large file, git's SHA-1 of a small one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from huggingface_hub import constants, hf_hub_url

from domain.errors import SpeechFailed
from voice.recognition.weights import KNOWN, NEEDED, VOCABULARIES, WELCOME

TRIES: Final = 5
"""How often one file is asked for again where it broke off."""

READ_BYTES: Final = 1 << 20
TIMEOUT: Final = httpx.Timeout(30.0)

Told = Callable[[str, int, int], None]
"""A file's name, how many bytes of it are here, and how many it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """One file as the hub describes it; `sha256` or, for small ones, `git_sha1` in hex."""

    name: str
    url: str
    size: int
    sha256: str
    git_sha1: str

    def digest(self) -> Any:
        """What the bytes of the file are to be fed to."""
        if self.sha256:
            return hashlib.sha256()
        digest = hashlib.sha1(usedforsecurity=False)
        digest.update(f"blob {self.size}\0".encode())
        return digest


def download(model: str, directory: Path, *, mirror: str = "", told: Told) -> None:
    """Fetch what is missing of a known model into `directory`; `mirror` is another hub's address.

    Raises:
        SpeechFailed: the name is not known, or the hub does not answer, cuts off again and again, or sends other
            bytes than it states. Whatever came stays, and the next call goes on from there.
    """
    if model not in KNOWN:
        raise SpeechFailed(f"weights of {model} (known: {', '.join(KNOWN)})", "missing")
    directory.mkdir(parents=True, exist_ok=True)
    with httpx.Client(timeout=TIMEOUT, follow_redirects=True) as client:
        for remote in _listed(client, KNOWN[model], mirror or constants.ENDPOINT):
            _fetch(client, remote, directory, told)


def _listed(client: httpx.Client, repository: str, hub: str) -> list[Remote]:
    """The files to fetch, the weights last: only they make a directory complete."""
    try:
        answer = client.get(f"{hub.rstrip('/')}/api/models/{repository}", params={"blobs": "true"})
        answer.raise_for_status()
        described = answer.json()
        remotes = [
            Remote(
                name=one["rfilename"],
                url=hf_hub_url(repository, one["rfilename"], revision=described["sha"], endpoint=hub.rstrip("/")),
                size=one["size"],
                sha256=(one.get("lfs") or {}).get("sha256", ""),
                git_sha1=one["blobId"],
            )
            for one in described["siblings"]
            if one["rfilename"] in {*NEEDED, *VOCABULARIES, *WELCOME}
        ]
    except httpx.TransportError as error:
        raise SpeechFailed(hub, "timeout") from error
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError) as error:
        raise SpeechFailed(hub, "refused") from error
    return sorted(remotes, key=lambda remote: remote.size)


def _fetch(client: httpx.Client, remote: Remote, directory: Path, told: Told) -> None:
    whole, part = directory / remote.name, directory / f"{remote.name}.part"
    if whole.is_file() and whole.stat().st_size == remote.size:
        told(remote.name, remote.size, remote.size)
        return
    for _ in range(TRIES):
        try:
            if _continue(client, remote, part, told):
                part.replace(whole)
                return
        except httpx.TransportError:
            continue
        except httpx.HTTPStatusError as error:
            raise SpeechFailed(remote.url, "refused") from error
    raise SpeechFailed(remote.url, "cut")


def _continue(client: httpx.Client, remote: Remote, part: Path, told: Told) -> bool:
    """Read on where `part` ends; whether the file is whole now.

    Raises:
        SpeechFailed: it is whole and not the file the hub states; `part` is gone then.
    """
    digest, here = _begun(remote, part)
    if here < remote.size:
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={here}-"} if here else {})
        with client.stream("GET", remote.url, headers=headers) as answer:
            answer.raise_for_status()
            if answer.status_code != httpx.codes.PARTIAL_CONTENT:
                digest, here = remote.digest(), 0
            with part.open("ab" if here else "wb") as file:
                for block in answer.iter_raw():
                    file.write(block)
                    digest.update(block)
                    here += len(block)
                    told(remote.name, here, remote.size)
    if here < remote.size:
        return False
    if digest.hexdigest() != (remote.sha256 or remote.git_sha1):
        part.unlink()
        raise SpeechFailed(f"checksum of {remote.name}", "failed")
    return True


def _begun(remote: Remote, part: Path) -> tuple[Any, int]:
    """The digest and the length of what came before."""
    digest, here = remote.digest(), 0
    if part.is_file() and part.stat().st_size <= remote.size:
        with part.open("rb") as file:
            while block := file.read(READ_BYTES):
                digest.update(block)
                here += len(block)
    return digest, here
