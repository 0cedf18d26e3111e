import pytest

from storage.postgres.spelling import spelled
from storage.postgres.texts import document_of, matching


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT :a, :b_c FROM t WHERE x = ?", "SELECT %(a)s, %(b_c)s FROM t WHERE x = %s"),
        ("SELECT a || ':b' || '?' || ':' || 'it''s :c'", "SELECT a || ':b' || '?' || ':' || 'it''s :c'"),
        ("SELECT 7 % 2, '%'", "SELECT 7 %% 2, '%%'"),
        ("SELECT 1 -- as in :this?\n, 2", "SELECT 1 \n, 2"),
        ("x IN (SELECT value FROM json_each(:ids))", "x = ANY (%(ids)s)"),
        ("x NOT IN (SELECT value FROM json_each(?))", "x <> ALL (%s)"),
        (
            "SELECT value FROM json_each(:refs)",
            'SELECT value FROM unnest(CAST(%(refs)s AS text[]) COLLATE "C") AS listed (value)',
        ),
        ("FROM json_each(content -> 'stories') AS story", "FROM json_array_elements(content -> 'stories') AS story"),
        ("json_group_array(DISTINCT a ->> 'name')", "json_agg(DISTINCT a ->> 'name')"),
        ("instr(a, :b) > 0", "strpos(a, %(b)s) > 0"),
        ("a CROSS JOIN b ON b.id = a.id", "a JOIN b ON b.id = a.id"),
    ],
)
def test_a_statement_is_spelled_as_postgres_has_it_and_texts_in_it_stay_as_they_are(sql: str, expected: str) -> None:
    assert spelled(sql) == expected


def test_words_keep_their_places_and_weigh_what_their_text_weighs() -> None:
    assert document_of(["halden opens", "now", "more", "also", "post"]) == (
        "'halden':1A 'opens':2A 'now':3B 'more':4D 'also':5C 'post':6D"
    )
    assert document_of(["halden", *[""] * 4]) == "'halden':1A"


def test_a_text_without_end_is_cut_where_postgres_would_refuse_it() -> None:
    document = document_of(["実験室" * 13, "実験室 x", "ö" * 40 + " " + " ".join(["w" * 40] * 40_000)])

    assert len(document.encode()) < 1_000_000
    assert ":16383" in document_of([" ".join(["w"] * 20_000)])


def test_all_words_are_asked_for_and_only_the_last_may_be_a_beginning() -> None:
    assert matching(["halden", "op"], is_unfinished=True) == "'halden' & 'op':*"
    assert matching(["halden", "op"], is_unfinished=False) == "'halden' & 'op'"
