"""The invented town: monthly lives of worker households, in the manner of Guangxi and Qinghai.

Nobody in it exists. Every hazard is declared in `hardship_model/parameters/`.
"""

from hardship_model.data.population.config import Config
from hardship_model.data.population.town import Town, invent

__all__ = ["Config", "Town", "invent"]
