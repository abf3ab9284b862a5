"""A kept model used on another panel: does it fit, who is at risk, why, how far is it from home?"""

from hardship_model.scoring.distance import distance, in_words
from hardship_model.scoring.fit import ScoringError, refuse_misfit
from hardship_model.scoring.listed import Language, caseworkers_list
from hardship_model.scoring.scores import Scores, explained, join, score, score_part
from hardship_model.scoring.written import MARK, write

__all__ = [
    "MARK", "Language", "Scores", "ScoringError", "caseworkers_list", "distance", "explained",
    "in_words", "join", "refuse_misfit", "score", "score_part", "write",
]  # fmt: skip
