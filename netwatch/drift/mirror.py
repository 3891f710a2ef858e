"""A git repository of all texts, one file for each facet, one commit for each change; for those who like to read so.

It is a copy only: nothing is ever read back from it. Secrets are masked in it as they are in the texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netwatch.domain.drift.snapshot import written
from netwatch.errors import NetwatchError
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from probes.collect import Section

AUTHOR = b"netwatch <netwatch@localhost>"


class MirrorError(NetwatchError):
    """The repository cannot be written."""


@dataclass(frozen=True, slots=True)
class Page:
    """One facet as it now is: what the file says, and what the commit says of it."""

    device: str
    facet: str
    sections: tuple[Section, ...]
    at: datetime
    rules: str = ""

    @property
    def path(self) -> str:
        """The file's name in the repository. Names of devices and facets hold no slash."""
        return f"{self.device}/{self.facet}.txt"

    @property
    def body(self) -> bytes:
        """What the file says."""
        return "".join(f"{line}\n" for line in written(self.sections)).encode(errors="backslashreplace")


class Mirror:
    """The repository in a folder, made where there is none. Its methods block: call them in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, pages: Iterable[Page]) -> int:
        """Commit what has changed, each page by itself; return how many commits that were. MirrorError if it cannot."""
        # It is loaded by those who want it only.
        from dulwich import porcelain  # noqa: PLC0415
        from dulwich.errors import GitProtocolError, NotGitRepository  # noqa: PLC0415

        try:
            repository = self._repository()
            try:
                return sum(self._commit(porcelain, repository, page) for page in pages)
            finally:
                repository.close()
        except (OSError, NotGitRepository, GitProtocolError, ValueError) as error:
            template = _("cannot write to the mirror {path}: {what}")
            what = getattr(error, "strerror", None) or str(error)
            raise MirrorError(template, path=str(self._folder), what=what) from error

    def _repository(self) -> Any:
        from dulwich.repo import Repo  # noqa: PLC0415

        if (self._folder / ".git").is_dir():
            return Repo(str(self._folder))
        self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        return Repo.init(str(self._folder))

    def _commit(self, porcelain: Any, repository: Any, page: Page) -> bool:
        file = self._folder / page.path
        if not file.exists() or file.read_bytes() != page.body:
            file.parent.mkdir(mode=0o750, exist_ok=True)
            file.write_bytes(page.body)
        porcelain.add(repository, [str(file)])
        if _unchanged(repository):
            return False
        moment = int(page.at.timestamp())
        repository.get_worktree().commit(
            message=f"{page.device}: {page.facet} ({page.rules})".encode(),
            author=AUTHOR,
            committer=AUTHOR,
            author_timestamp=moment,
            commit_timestamp=moment,
            author_timezone=0,
            commit_timezone=0,
            sign=False,
            no_verify=True,
        )
        return True


def _unchanged(repository: Any) -> bool:
    """Whether nothing is to be committed. The files alone do not say it: a commit may have been cut off."""
    tree = repository.open_index().commit(repository.object_store)
    try:
        return bool(repository[repository.head()].tree == tree)
    except KeyError:
        return False  # there is no commit yet
