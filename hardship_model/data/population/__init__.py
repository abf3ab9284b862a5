"""The invented town: monthly lives of worker households, in the manner of Guangxi and Qinghai.

Nobody in it exists. Every hazard is declared in `hardship_model/parameters/`.
"""

from hardship_model.data.population.config import Config
from hardship_model.data.population.records import records, truth_panel
from hardship_model.data.population.register import StatusQuo
from hardship_model.data.population.replay import nature_risk
from hardship_model.data.population.town import Town, invent
from hardship_model.data.population.writing import read_records, read_truth, write_town

__all__ = [
    "Config",
    "StatusQuo",
    "Town",
    "invent",
    "nature_risk",
    "read_records",
    "read_truth",
    "records",
    "truth_panel",
    "write_town",
]
