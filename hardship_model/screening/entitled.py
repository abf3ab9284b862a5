"""What aid would be due to each household in each month, were it on file."""

import numpy as np
import pandas as pd

from hardship_model.data.population import Town
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.rules import IN_HARDSHIP, AidRule, aid_table
from hardship_model.screening.traces import sum_of


def aid_due(town: Town, rows: slice, dibao_yuan: np.ndarray) -> np.ndarray:
    """What is a month's aid for a household on file as deep, relative, accidental?

    A twelfth of the year's aid by the rules in force in that month (`rules.aid_table`), from what
    was spent in the twelve months up to it; whole yuan. The rules of a year are those found for
    Qinghai, in both places. uint16 [months, categories of `IN_HARDSHIP`, households].
    """
    true = {name: grid[rows] for name, grid in town.truth.items()}
    spent = {
        "schooling12_yuan": sum_of(town.truth["schooling_yuan"], 12, rows),
        "oop12_yuan": sum_of(town.truth["oop_yuan"], 12, rows),
        "event_loss12_yuan": true["event_loss12_yuan"],
    }
    due = np.empty((len(dibao_yuan), len(IN_HARDSHIP), dibao_yuan.shape[1]), dtype=np.uint16)
    for row, month in enumerate(town.months[rows]):
        rule = Assumptions(month=int(month), scaled=town.config.scaled).card(AidRule)
        household = pd.DataFrame({
            "members": true["members"][row], "students": true["students"][row],
            "dibao_yuan": dibao_yuan[row], **{name: grid[row] for name, grid in spent.items()},
        })  # fmt: skip
        for code in IN_HARDSHIP:
            year = aid_table(household.assign(state=code), rule=rule)["total_yuan"]
            due[row, code] = np.rint(year / 12)
    return due
