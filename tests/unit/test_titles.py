import pytest

from storage.titles import Title, Titles, likeness, words_of

EVERYBODY = frozenset({""})


def titles(*texts: str, capacity: int = 100) -> Titles:
    remembered = Titles(capacity)
    for story, text in enumerate(texts, start=1):
        remembered.put(Title(story, frozenset(words_of(text)), EVERYBODY))
    return remembered


def like(remembered: Titles, typed: str, *, workspace: str | None = None) -> list[int]:
    return [story for story, _ in remembered.like(words_of(typed), workspace=workspace, limit=10)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("GPT-4o's ÉCLAIR", ("gpt", "4o", "s", "eclair")),
        ("Straße ﬁnden", ("strasse", "finden")),
        ("人工 知能", ("人工", "知能")),
        ("🚀 — !", ()),
        ("a\x00b", ("a", "b")),
    ],
)
def test_words_are_without_case_accents_and_punctuation(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def test_words_typed_right_are_wholly_alike_and_strangers_not_at_all() -> None:
    title = words_of("Sakana AI launches a lab")

    assert likeness(words_of("sakana lab"), title) == 100
    assert likeness(words_of("zzzz"), title) == 0
    assert likeness((), title) == 0


def test_a_longer_word_counts_for_more_than_a_short_one() -> None:
    assert likeness(("improvement", "us"), ("improvement",)) > likeness(("improvement", "us"), ("us",))


def test_only_the_last_word_may_be_unfinished() -> None:
    title = words_of("Regulators launch something")

    assert likeness(("launch", "regul"), title) == 100
    assert likeness(("regul", "launch"), title) < 100


def test_the_index_judges_as_the_plain_comparison_does() -> None:
    texts = ["Sakana AI launches a lab", "A lab in Paris", "Regulators launch a probe"]
    remembered = titles(*texts)

    for typed in ("sakna lab", "lanch regulat", "paris"):
        words = words_of(typed)
        indexed = dict(remembered.like(words, workspace=None, limit=10))
        for story, text in enumerate(texts, start=1):
            assert indexed.get(story, 0) == pytest.approx(likeness(words, words_of(text)))


def test_equally_alike_titles_come_newest_first() -> None:
    assert like(titles("Lab one", "Lab two", "Lab three"), "lab") == [3, 2, 1]


def test_a_title_put_again_replaces_the_former_one() -> None:
    remembered = titles("Sakana", "Orca")

    remembered.put(Title(1, frozenset({"whale"}), EVERYBODY))

    assert like(remembered, "sakana") == []
    assert like(remembered, "whale") == [1]
    assert len(remembered) == 2


def test_the_oldest_title_makes_room() -> None:
    remembered = titles("Sakana", "Orca", "Whale", capacity=2)

    assert len(remembered) == 2
    assert like(remembered, "sakana") == []


def test_dropping_what_is_not_there_changes_nothing() -> None:
    remembered = titles("Sakana")

    remembered.drop(99)

    assert like(remembered, "sakana") == [1]


def test_private_titles_are_found_by_their_workspaces_and_the_operator() -> None:
    remembered = Titles(10)
    remembered.put(Title(1, frozenset({"plan"}), frozenset({"slack:T1"})))

    assert like(remembered, "plan", workspace="slack:T1") == [1]
    assert like(remembered, "plan", workspace="slack:T2") == []
    assert like(remembered, "plan") == [1]


def test_a_title_for_everybody_is_found_behind_any_number_of_likelier_ones_of_others() -> None:
    remembered = titles("planet", capacity=1000)
    for story in range(2, 900):
        remembered.put(Title(story, frozenset({"plan"}), frozenset({"slack:T1"})))

    assert like(remembered, "plan", workspace="slack:T2") == [1]


def test_a_word_that_has_just_come_in_or_gone_is_known_at_once() -> None:
    remembered = titles("rocket")
    assert like(remembered, "planet") == []

    remembered.put(Title(2, frozenset({"planet"}), EVERYBODY))
    assert like(remembered, "planet") == [2]
    remembered.drop(2)
    assert like(remembered, "planet") == []
