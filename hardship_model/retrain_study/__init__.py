"""From a config to a verdict: may the model that was trained anew replace the one in use?"""

from hardship_model.retrain_study.config import Retrain, load_retrain, origins_of
from hardship_model.retrain_study.run import Finished, retrain, told

__all__ = ["Finished", "Retrain", "load_retrain", "origins_of", "retrain", "told"]
