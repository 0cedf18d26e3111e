"""All that the terminal can show, under one name for those who show it."""

from adapters.terminal.answers import (
    answer,
    not_found,
    not_found_text,
    search_results,
    sources,
    whole_story,
)
from adapters.terminal.changes import changes, former_texts, history
from adapters.terminal.figures import gate_figures, grouping_figures, key_point_figures, mistakes, ranking_figures
from adapters.terminal.tables import channels, deliveries, feeds, findings, gather_report, why
from adapters.terminal.text import edition
from adapters.terminal.waiting import for_answer, for_many, for_work

__all__ = [
    "answer",
    "changes",
    "channels",
    "deliveries",
    "edition",
    "feeds",
    "findings",
    "for_answer",
    "for_many",
    "for_work",
    "former_texts",
    "gate_figures",
    "gather_report",
    "grouping_figures",
    "history",
    "key_point_figures",
    "mistakes",
    "not_found",
    "not_found_text",
    "ranking_figures",
    "search_results",
    "sources",
    "whole_story",
    "why",
]
