"""An index of the few facts that are proposals of articles: a page lists them without reading all that happened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OF_PROPOSALS = sa.text("kind IN ('article_proposed', 'article_decided')")


def upgrade() -> None:
    """PostgreSQL makes it for each partition, those to come included."""
    columns = ["at", "id"]
    op.create_index("facts_of_proposals", "facts", columns, postgresql_where=OF_PROPOSALS, sqlite_where=OF_PROPOSALS)
