"""Does a short text read like a Chinese personal name?"""

#: The hundred most frequent surnames or so, and the usual ones of two characters.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁"
    "任沈姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴"
    "莫孔向汤"
)
COMPOUND = ("欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "慕容")
#: Characters that are frequent in given names and rare in the words of a register.
GIVEN = frozenset(
    "伟芳娜秀英敏静丽强磊洋勇艳杰娟涛超兰霞刚桂玲萍红鹏飞辉莉玉梅琴凤云洁梦婷雪倩颖琳慧宇浩轩涵欣怡"
    "佳俊志文斌建华军波峰宁晶莹燕春淑珍荣爱香月莺媛瑞凡佩雯岚筠柔竹霭凝晓欢枫芸菲寒伊亚宜可姬舒影荔枝"
    "思昭馨瑗韵融园艺咏卿聪澜纯毓悦冰爽琬茗羽希翔晨东海国庆福生龙虎豪毅健雄刚立平鑫旭振泽坤永昌明亮义"
    "兴良彬光清富顺信子学祥才发武新利有贵和德广安世树炎达友裕河"
)  # fmt: skip


def is_personal_name(text: str) -> bool:
    """Two or three characters that read like surname and given name, or four with a long one.

    Words of a register that could be read so (places, trades, illnesses) rarely consist of such
    characters alone; a name of unusual characters passes unseen in a column that no heading gives
    away.
    """
    plain = text.replace("·", "").replace(" ", "")
    surname = 2 if plain[:2] in COMPOUND else 1
    given = plain[surname:]
    if not 1 <= len(given) <= 2 or not (surname == 2 or plain[:1] in SURNAMES):
        return False
    return len(plain) >= 2 + (len(given) == 1 and surname == 2) and all(c in GIVEN for c in given)
