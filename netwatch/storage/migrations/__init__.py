"""Forward steps of the schema, applied at start, each in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from netwatch.errors import SchemaTooNew
from netwatch.storage.schema import metadata
from probes.api import _

if TYPE_CHECKING:
    from sqlalchemy import Connection


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """Return the revision that this program writes."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def revision(connection: Connection) -> str | None:
    """Return the revision that a database has, None when it has none of our tables."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Bring the tables to this program's revision. Raises SchemaTooNew for a database from a later program."""
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_heads()
    unknown = [revision for revision in current if revision not in known]
    if unknown:
        raise SchemaTooNew(
            _(
                "the database was written by a newer netwatch (schema {schema}, this program knows {known}); "
                "install that version, or restore a back-up from before the upgrade"
            ),
            schema=unknown[0],
            known=newest(),
        )
    connection.rollback()

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - as alembic's own upgrade command does

    with EnvironmentContext(_config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=metadata)
        scripts.run_env()
    connection.commit()
