"""axe-core (https://github.com/dequelabs/axe-core) on a page of ours; `make test` puts it into ``.test-tools`` by npm.

No other rule set knows as many of the faults that make a page useless to somebody.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page

SCRIPT = Path(__file__).parents[1] / ".test-tools" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """
async (where) => (await axe.run(where || document, {iframes: false, resultTypes: ["violations"]})).violations
  .flatMap(({id, nodes}) => nodes.map((node) => [id, node.target.join(" "), ...node.any.map((one) => one.message)].join(" | ")))
"""


async def faults_of(page: Page, where: str | None = None) -> list[str]:
    """Every fault that axe-core finds: its rule, the element, what is wrong. Skips the test where axe-core is not installed."""
    if not SCRIPT.exists():
        pytest.skip("axe-core is not there: launch/install/test_tools.sh installs it by npm")
    if not await page.evaluate("() => Boolean(window.axe)"):
        await page.evaluate(SCRIPT.read_text())  # by the debugger: the page's own policy lets no script in
    found: list[str] = await page.evaluate(RUN, where)
    return found
