"""Measuring: how well grouping, ranking, key points and the gate agree with people's labels. Pure."""

from bot.evaluate.gate import GateFigures, Judged, evaluate_gate
from bot.evaluate.grouping import GroupingFigures, articles_of, evaluate_grouping
from bot.evaluate.keypoints import KeyPointFigures, evaluate_key_points, stories_of
from bot.evaluate.lines import (
    LabelledArticle,
    LabelledClaim,
    LabelledStory,
    read_articles,
    read_claims,
    read_references,
    read_stories,
    shuffled,
)
from bot.evaluate.ranking import RankingFigures, evaluate_ranking

__all__ = [
    "GateFigures",
    "GroupingFigures",
    "Judged",
    "KeyPointFigures",
    "LabelledArticle",
    "LabelledClaim",
    "LabelledStory",
    "RankingFigures",
    "articles_of",
    "evaluate_gate",
    "evaluate_grouping",
    "evaluate_key_points",
    "evaluate_ranking",
    "read_articles",
    "read_claims",
    "read_references",
    "read_stories",
    "shuffled",
    "stories_of",
]
