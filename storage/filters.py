"""Parts of SQL that say which stories somebody may find: the same wherever the words of stories are looked up."""

from storage.shelf import IS_READ_OTHERWISE, VISIBLE

CANDIDATES = 500
"""Newest matches that are ranked: ranking every match of a common word takes seconds among a million stories."""

FILTERS = f"""
    (:since IS NULL OR story.news_at >= :since)
    AND (:until IS NULL OR story.news_at < :until)
    AND (:topic = '' OR instr(story.topics, :topic) > 0)
    AND (:source = '' OR instr(story.sources, :source) > 0)
    AND {VISIBLE}
"""
"""What ``storage.finding`` makes of a search, over rows of ``story``."""

IS_SHOWN = f"NOT story.is_withdrawn AND NOT {IS_READ_OTHERWISE}"
"""Whether the text of a story itself may be found, and not a reading of it."""

READ = """
    CROSS JOIN reading ON reading.id = found.number AND reading.workspace = :workspace AND NOT reading.is_withdrawn
    CROSS JOIN story ON story.id = reading.story
"""
"""From what was found among the texts of readings, behind those of all stories, to a workspace's own.

CROSS JOIN fixes the order of SQLite's loops (https://www.sqlite.org/optoverview.html#crossjoin).
"""
