"""Write the committed example anew: `python data/example/renew.py` after a change to the town."""

import shutil
from pathlib import Path

from hardship_model.data.population import Config, write_town
from hardship_model.data.population.codes import TOWN_VERSION
from hardship_model.shards import Engine

CONFIG = Config(n_households=120, seed=7)
FOLDER = Path(__file__).parent / f"invented_town_seed{CONFIG.seed}_version{TOWN_VERSION}"

if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    write_town(CONFIG, FOLDER, engine=Engine(processes=1))
