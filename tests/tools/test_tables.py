"""Questions put to tables: sums, means, extremes, counts, differences, and what has no answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tools.reading import material as made_of
from tools.reading.computing.grid import grid, of_rows
from tools.reading.find import arithmetic
from tools.reading.material import Material, Table


def table(text: str) -> Material:
    """A document with one table; a line a row, cells apart by "|"."""
    rows = [[c.strip() for c in line.split("|")] for line in text.strip().splitlines()]
    body = "\n".join(" | ".join(r) for r in rows)
    data: dict[str, Any] = {
        "sections": [{"locator": "t", "heading": "", "text": body}],
        "tables": [{"locator": "t", "heading": "", "rows": rows}],
    }
    return made_of.of_document(data)


CREW = table("""
No | Name | Role | Dept | Joined | Annual salary | Parking
7 | Ines Marchetti | Head of sales | Sales | 03/04/2011 | €71,000 | yes
9 | Joop Bakker | Driver | Transport | 15/09/2018 | €28,400 | no
12 | Tara O'Dea | Planner | Transport | 22/06/2021 | €33,600 | no
15 | Emre Aydin | Clerk | Sales | 11/01/2016 | €31,000 | yes
21 | Wanda Zielke | Driver | Transport | 07/10/2019 | €29,000 | yes
""")
SHOPS = table("""
Branch | Manager | Loaves sold | Takings (GBP) | Returned
Harbour Lane | Ivy Nolan | 1240 | 4836.00 | 31
Castle Hill | Tom Reyes | 2015 | 7254.50 | 58
Station | Aya Malik | 890 | 3916.00 | 12
Old Mill | Col Hart | 1430 | 5720.25 | 40
""")
STOCK = table("""
Code | Article | On hand | Reorder at | Supplier
A1 | Hex bolt | 210 | 300 | Brunner
A2 | Flat washer | 640 | 200 | Pradhan
B1 | Clear sealant | 144 | 60 | Tecnosil
B2 | Grey sealant | 17 | 60 | Tecnosil
C1 | Drill bit | 73 | 40 | Pradhan
""")
TRAINS = table("""
Train | From | Dep | To | Arr | Platform
RX 201 | Lindau | 05:48 | Vest | 07:12 | 2
IC 88 | Lindau | 08:30 | Vest | 09:31 | 1
RX 209 | Lindau | 10:52 | Vest | 12:15 | 2
RX 221 | Lindau | 19:52 | Vest | 21:20 | 5
""")
WEATHER = table("""
Day | High (°C) | Low (°C) | Rain (mm)
Mon | 24 | 13 | 0.0
Tue | 27 | 15 | 0.0
Wed | 31 | 19 | 2.4
Thu | 22 | 14 | 18.7
""")
HOMES = table("""
Address | Type | Bedrooms | Asking price | Agent
14 Quince Lane | Detached | 4 | £585,000 | Harriet Bone
Flat 6, The Maltings | Apartment | 2 | £249,950 | Jem Oduya
3 Chapel Row | Cottage | 2 | £312,000 | Harriet Bone
9 Rookery Drive | Detached | 5 | £748,000 | Nigel Tranter
""")
CLUB = table("""
Name | Joined | Boat | Fee | Paid | Locker
Astrid Berge | 12 Apr 1998 | Dragon | 480 CAD | yes | B4
Wes Tallman | 3 June 2006 | Laser | 310 CAD | yes | none
Dmitri Past | 21 May 2011 | Laser | 310 CAD | no | B12
Hye-jin Noh | 30 Mar 2018 | Kayak | 140 CAD | no | none
""")
ROTA = table("""
Shift | Mon | Tue | Wed | Thu | Fri
Early | Bea | Bea | Obi | Obi | Bea
Late | Obi | Lars | Lars | Mina | Mina
Night | Yusuf | Yusuf | Yusuf | Kata | Kata
""")
RUN = table("""
Pos | Runner | Club | Category | Finish
1 | Kas Dobrev | Rila | M Senior | 1:09:42
2 | Hanne Vester | Aarhus | F Senior | 1:13:58
3 | Bram Kuiper | unattached | M40 | 1:15:20
4 | Sanne de Wit | Clare | F40 | 1:19:36
""")
BOOKS = table("""
Book | Publisher | Sold in May | Sold in June
Slow Rivers | Tern | 221 | 305
Tin Opera | Halfmoon | 148 | 119
Ledger | Crake | 63 | 71
Knots | Crake | 29 | 64
""")
STAFF_ZH = table("""
姓名 | 部门 | 工资 | 入职日期
穆天赐 | 研发部 | 15800 | 2019-03-01
何晓晴 | 销售部 | 9600 | 2021-07-15
罗子安 | 研发部 | 13200 | 2020-05-20
苏婉 | 行政部 | 8200 | 2022-01-09
""")
GOODS_ZH = table("""
品名 | 类别 | 库存 | 安全库存 | 单价
血压计 | 器械 | 6 | 10 | 168
体温计 | 器械 | 42 | 20 | 25
创可贴 | 耗材 | 15 | 30 | 8
棉签 | 耗材 | 90 | 40 | 5
""")
TRAINS_ZH = table("""
车次 | 发车 | 到达 | 票价
K118 | 08:10 | 10:45 | 78
K120 | 13:00 | 15:20 | 72
L301 | 16:05 | 17:40 | 35
""")


@pytest.mark.parametrize(
    ("material", "question", "value"),
    [
        (CREW, "who earns the most?", "Ines Marchetti (€71,000)"),
        (CREW, "who has the lowest salary?", "Joop Bakker (€28,400)"),
        (CREW, "what is the highest annual salary?", "€71,000"),
        (CREW, "average salary in Transport?", "€30,333.33"),
        (CREW, "how many people are in Sales?", "2"),
        (CREW, "How many drivers do we have?", "2"),
        (CREW, "who has been here the longest", "Ines Marchetti (03/04/2011)"),
        (CREW, "how much more does Ines Marchetti earn than Emre Aydin?", "€40,000"),
        (CREW, "total salary of the transport department", "€91,000"),
        (CREW, "how many have parking?", "3"),
        (SHOPS, "which branch sold the most loaves?", "Castle Hill (2015)"),
        (SHOPS, "how many loaves were sold altogether?", "5575"),
        (SHOPS, "how many branches took more than five thousand pounds?", "2"),
        (SHOPS, "what is the average of the takings?", "5431.69"),
        (SHOPS, "which branch had the fewest returned?", "Station (12)"),
        (SHOPS, "what is the total returned?", "141"),
        (STOCK, "how many articles are below their reorder level?", "2"),
        (STOCK, "how many articles come from Tecnosil?", "2"),
        (STOCK, "which article has the lowest stock on hand?", "Grey sealant (17)"),
        (TRAINS, "how many trains leave from platform 2?", "2"),
        (TRAINS, "how long does the IC 88 take?", "1 h 01 min"),
        (TRAINS, "which is the fastest?", "IC 88 (1 h 01 min)"),
        (TRAINS, "which is the slowest train?", "RX 221 (1 h 28 min)"),
        (WEATHER, "hottest day?", "Wed (31)"),
        (WEATHER, "how much rain fell over the whole week?", "21.1"),
        (WEATHER, "on how many days was there no rain?", "2"),
        (WEATHER, "what is the difference in rain between Wednesday and Thursday?", "16.3"),
        (HOMES, "which home is the most expensive?", "9 Rookery Drive (£748,000)"),
        (HOMES, "the cheapest one?", "Flat 6, The Maltings (£249,950)"),
        (HOMES, "price gap between the two detached ones?", "£163,000"),
        (HOMES, "how many are with Harriet?", "2"),
        (HOMES, "how many cost less than 400 thousand?", "2"),
        (CLUB, "who joined last, the latest?", "Hye-jin Noh (30 Mar 2018)"),
        (CLUB, "how many have not paid yet?", "2"),
        (CLUB, "how many members don't have a locker?", "2"),
        (CLUB, "how much in fees is still outstanding, unpaid?", "450 CAD"),
        (CLUB, "sum of the fees of the Laser boats?", "620 CAD"),
        (ROTA, "how many early shifts does Bea do?", "3"),
        (ROTA, "How many shifts has Obi got?", "3"),
        (ROTA, "how many days does Yusuf work nights?", "3"),
        (RUN, "fastest woman?", "Hanne Vester (1:13:58)"),
        (RUN, "time difference between Bram Kuiper and Sanne de Wit?", "4:16"),
        (RUN, "how many have no club?", "1"),
        (BOOKS, "how many books sold better in June than in May?", "3"),
        (BOOKS, "what sold most in June?", "Slow Rivers (305)"),
        (BOOKS, "how many titles are from Crake?", "2"),
        (STAFF_ZH, "工资最高的是谁？", "穆天赐 (15800)"),
        (STAFF_ZH, "工资最低的是谁？", "苏婉 (8200)"),
        (STAFF_ZH, "研发部有几个人？", "2"),
        (STAFF_ZH, "平均工资是多少？", "11700"),
        (STAFF_ZH, "研发部的工资总和是多少？", "29000"),
        (GOODS_ZH, "库存最少的是哪一样？", "血压计 (6)"),
        (GOODS_ZH, "有几种货低于安全库存？", "2"),
        (GOODS_ZH, "耗材有几种？", "2"),
        (GOODS_ZH, "最贵的是哪个？", "血压计 (168)"),
        (TRAINS_ZH, "L301路上开多久？", "1 小时 35 分钟"),
        (TRAINS_ZH, "K118比K120贵几块？", "6"),
    ],
)
def test_a_table_is_computed(material: Material, question: str, value: str) -> None:
    found = arithmetic(question, material)
    assert found is not None
    assert found.value == value
    assert found.line


@pytest.mark.parametrize(
    ("material", "question"),
    [
        (CREW, "how many people are in Marketing?"),
        (CREW, "what is the average salary in Lisbon?"),
        (CREW, "what is the phone number of the highest earner?"),
        (CREW, "why did Joop Bakker join the company?"),
        (CREW, "how many days of leave does Tara O'Dea have?"),
        (SHOPS, "how many minutes does it take to get to the Station branch?"),
        (SHOPS, "what is the number of the Castle Hill branch?"),
        (STOCK, "how many hours does the delivery take from Pradhan?"),
        (TRAINS, "how long does the IC 99 take?"),
        (TRAINS, "how many seats are there on the RX 201?"),
        (HOMES, "how much more does Harriet Bone earn than Jem Oduya?"),
        (CLUB, "what is the average age?"),
        (CLUB, "how much did Astrid pay in 2019 in total?"),
        (ROTA, "how many shifts does Zoltan do?"),
        (RUN, "what is the average weight of the runners?"),
        (BOOKS, "what sold most in August?"),
        (STAFF_ZH, "市场部有几个人？"),
        (GOODS_ZH, "血压计是哪年生产的？"),
    ],
)
def test_what_a_table_cannot_give_is_not_computed(material: Material, question: str) -> None:
    assert arithmetic(question, material, _unlike) is None


def _unlike(text: str, others: Sequence[str]) -> list[float]:
    """Nothing resembles anything."""
    return [0.1 for _ in others]


def test_a_column_that_no_word_names_is_found_by_its_meaning() -> None:
    def near(text: str, others: Sequence[str]) -> list[float]:
        return [0.6 if "Rain" in other else 0.1 for other in others]

    assert (
        arithmetic("which day was the least soggy and sunniest of all, the smallest?", WEATHER)
        is None
    )
    found = arithmetic("wettest day?", WEATHER, near)
    assert found is not None
    assert found.value == "Thu (18.7)"


def test_the_arithmetic_and_the_rows_are_shown() -> None:
    found = arithmetic("how many loaves were sold altogether?", SHOPS)
    assert found is not None
    assert found.shown == "Loaves sold: 1240 + 2015 + 890 + 1430"
    assert "Branch: Harbour Lane" in found.line


def test_the_rows_of_a_picture_make_a_table() -> None:
    texts = [["Trail", "Length", "Grade"], ["Blue", "2.3 km", "easy"], ["Red", "7.8 km", "hard"]]
    lines = [
        {"text": t, "xywh": [200 * x, 40 * y, 80, 30]}
        for y, row in enumerate(texts)
        for x, t in enumerate(row)
    ]
    picture = made_of.of_picture({"rows": texts, "lines": lines})
    assert [t.header for t in of_rows(picture)] == [("Trail", "Length", "Grade")]
    found = arithmetic("how much longer is the red trail than the blue?", picture)
    assert found is not None
    assert found.value == "5.5 km"


def test_columns_have_a_kind() -> None:
    typed = grid(
        Table(
            (
                ("No", "Day", "Price", "Time", "Lasts", "Done", "What"),
                ("1", "02.05.2024", "€4.20", "08:15", "1 h 20", "yes", "bolt"),
                ("2", "13.05.2024", "€1,250", "17:40", "45 min", "no", "nut"),
            )
        )
    )
    assert typed is not None
    kinds = [c.kind for c in typed.columns]
    assert kinds == ["code", "date", "money", "time", "span", "flag", "text"]
