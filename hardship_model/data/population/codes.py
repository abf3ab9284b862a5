"""What the small numbers of the invented town stand for, and which slot holds which member."""

from typing import Final

#: Changes whenever the same config would give another town.
TOWN_VERSION: Final = 2

PLACES: Final = ("Guangxi", "Qinghai")

#: Cities and prefectures, by place; numbered, not named: nobody lives there.
N_CITIES: Final = (14, 8)
CITIES: Final = tuple(
    f"{place} {number:02d}"
    for place, cities in zip(PLACES, N_CITIES, strict=True)
    for number in range(1, cities + 1)
)
COUNTIES_PER_CITY: Final = 8

FORMS: Final = (
    "formal", "flexible", "truck", "ride_hailing", "courier", "delivery",
    "unemployed", "retired", "none",
)  # fmt: skip
FORMAL, FLEXIBLE, TRUCK, RIDE_HAILING, COURIER, DELIVERY, UNEMPLOYED, RETIRED, NO_WORK = range(9)
#: Forms below this code earn; forms up to and including UNEMPLOYED are in the labour force.
N_EARNING: Final = 6

INDUSTRIES: Final = (
    "public", "manufacturing", "construction", "retail", "catering", "tourism", "transport",
    "services", "none",
)  # fmt: skip
TRANSPORT: Final = 6
NO_INDUSTRY: Final = 8

INSURANCES: Final = ("none", "resident", "employee")
UNINSURED, RESIDENT, EMPLOYEE = range(3)

CAUSES: Final = ("none", "illness", "job_loss", "schooling", "other")
NO_CAUSE, ILLNESS, JOB_LOSS, SCHOOLING, OTHER = range(5)

WELL, CHRONIC, SERIOUS = range(3)

#: Where a child stops learning: after junior middle school, senior middle school, university.
LEAVES_JUNIOR, LEAVES_SENIOR, LEAVES_UNIVERSITY = range(3)

# A household has six slots: head, spouse, two children (also grown ones), two elders.
N_SLOTS: Final = 6
HEAD, SPOUSE = 0, 1
CHILDREN: Final = slice(2, 4)
ELDERS: Final = slice(4, 6)
#: Slots whose members may work: head, spouse, and children who have left school.
N_WORKERS: Final = 4

#: What a caseworker calls the values of the office's columns; cities keep their number.
WORDS_ZH: Final = {
    "employment_form": {
        "formal": "正式就业", "flexible": "灵活就业", "truck": "货车司机",
        "ride_hailing": "网约车司机", "courier": "快递员", "delivery": "外卖配送员",
        "unemployed": "失业", "retired": "退休", "none": "无业",
    },
    "industry": {
        "public": "机关事业单位", "manufacturing": "制造业", "construction": "建筑业",
        "retail": "批发零售业", "catering": "餐饮业", "tourism": "旅游业",
        "transport": "交通运输业", "services": "服务业", "none": "无",
    },
    "insurance": {"none": "未参保", "resident": "居民医保", "employee": "职工医保"},
    "registered": {
        "unlisted": "从未在册", "low_income_unregistered": "低收入未建档",
        "monitored": "动态监测对象", "deep": "深度困难", "relative": "相对困难",
        "accidental": "意外致困", "exited": "脱困退档", "backstopped": "解困兜底",
        "removed": "注销退档",
    },
    "place": {"Guangxi": "广西", "Qinghai": "青海"},
    "city": {
        city: city.replace("Guangxi", "广西").replace("Qinghai", "青海") for city in CITIES
    },
}  # fmt: skip
