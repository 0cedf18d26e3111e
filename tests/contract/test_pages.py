from dataclasses import replace

from bot.ports import Page, Store
from tests.contract.values import HOUR, NOW, article, intake, story, unfilled

PAGE = Page(key="a", text="Norvik opened a plant.\n\nIt is large.", reason="nothing", read_at=NOW)


async def test_a_page_comes_back_as_it_was_kept(store: Store) -> None:
    await store.archive.admit(intake(story("A", article("a")), story("B", article("b"))))

    await store.archive.keep_pages([PAGE])

    assert not unfilled(PAGE)
    assert await store.archive.pages(["a", "b", "unknown"]) == {"a": PAGE}


async def test_a_page_takes_the_place_of_the_former_one(store: Store) -> None:
    await store.archive.admit(intake(story("A", article("a"))))
    later = replace(PAGE, text="", reason="the server cannot be reached", read_at=NOW + HOUR)

    await store.archive.keep_pages([PAGE])
    await store.archive.keep_pages([later])

    assert await store.archive.pages(["a"]) == {"a": later}


async def test_a_page_of_an_article_that_nobody_has_is_ignored(store: Store) -> None:
    await store.archive.keep_pages([PAGE])

    assert await store.archive.pages(["a"]) == {}


async def test_a_page_is_forgotten_with_its_article(store: Store) -> None:
    await store.archive.admit(intake(story("A", article("a"))))
    await store.archive.keep_pages([PAGE])

    await store.archive.forget(NOW + HOUR)

    assert await store.archive.pages(["a"]) == {}
