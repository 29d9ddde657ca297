"""Fetches a checkpoint from a Hugging Face hub; cache, resume, token and endpoint are huggingface_hub's own settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyside.desk.checkpoint import INDEX, SINGLE, read_index
from pyside.errors import CheckpointError

_ID = re.compile(r"(?P<repository>[A-Za-z0-9][\w.-]*/[\w.-]+)(?:@(?P<revision>[\w./-]+))?", re.ASCII)


@dataclass(frozen=True)
class HubId:
    """A repository on the hub: ``owner/name``, or ``owner/name@revision`` for a branch, a tag or a commit."""

    repository: str
    revision: str | None

    @classmethod
    def parse(cls, text: str) -> HubId | None:
        """Read an id; None when ``text`` cannot be one."""
        match = _ID.fullmatch(text)
        return cls(match["repository"], match["revision"]) if match else None


def fetch(hub_id: HubId, files: Sequence[str]) -> tuple[Path, str, str]:
    """Bring ``files`` (those that exist) and the weights into the cache: their folder, repository and commit.

    The weight files are those that the index names, at the commit of the first answer, so that nothing is mixed or spare.
    Errors: CheckpointError when the repository, the revision or the network is not there, or the token is not accepted.
    """
    import huggingface_hub  # takes a second to import, and most builds start from a folder
    from huggingface_hub import errors

    name = hub_id.repository + (f"@{hub_id.revision}" if hub_id.revision else "")
    try:
        folder = Path(
            huggingface_hub.snapshot_download(
                hub_id.repository, revision=hub_id.revision, allow_patterns=[*files, INDEX]
            )
        )
        weights = sorted(set(read_index(folder / INDEX).values())) if (folder / INDEX).exists() else [SINGLE]
        folder = Path(
            huggingface_hub.snapshot_download(
                hub_id.repository, revision=folder.name, allow_patterns=[*files, INDEX, *weights]
            )
        )
    except errors.GatedRepoError as error:
        raise CheckpointError(
            f"{name}: the hub asks you to accept the model's terms first: do so on its page, then log in ({_first(error)})"
        ) from None
    except errors.RepositoryNotFoundError as error:
        raise CheckpointError(
            f"{name}: the hub has no such model, or your token may not see it: check the id and HF_TOKEN ({_first(error)})"
        ) from None
    except errors.RevisionNotFoundError as error:
        raise CheckpointError(
            f"{name}: the model has no revision {hub_id.revision!r}: give a branch, a tag or a full commit ({_first(error)})"
        ) from None
    except errors.LocalEntryNotFoundError as error:
        raise CheckpointError(
            f"{name}: the hub cannot be reached, and the cache does not hold the model: check the network, HF_ENDPOINT and HF_HUB_OFFLINE ({_first(error)})"
        ) from None
    except (errors.HFValidationError, OSError) as error:  # every answer of the hub that is no success is an OSError
        raise CheckpointError(f"{name}: download failed: {_first(error)}") from None
    return folder, hub_id.repository, folder.name


def _first(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0] or type(error).__name__
