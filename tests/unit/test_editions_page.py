"""The page that shows an edition and its why shows what this version makes of the samples."""

import os

from docs.make_editions import PAGE, page, parts


async def test_the_page_on_editions_is_what_the_samples_give_now() -> None:
    written = PAGE.read_text("utf-8")
    now = page(written, await parts())
    if os.environ.get("DAYBRIEF_GOLDEN") == "accept":
        PAGE.write_text(now, encoding="utf-8")
        written = now

    assert written == now, "`make golden` fills the page in anew; review the difference"
