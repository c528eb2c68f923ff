"""Words by which a question asks a table for a sum, a mean, an extreme, a count or a difference."""

from __future__ import annotations

from tools.reading.computing.worked import wording

EXTREMES = (  # wording, the larger or the smaller, what its column is called, kinds of column
    (wording(r"most expensive|dearest|costliest|priciest|最贵|最貴"), "max", "price cost", ("money",)),
    (wording(r"cheapest|least expensive|最便宜|最平"), "min", "price cost", ("money",)),
    (wording(r"fastest|quickest|最快|\bfirst (?:woman|man|lady|girl|boy)\b"), "fast", "time duration speed", ("span", "number")),
    (wording(r"slowest|最慢"), "slow", "time duration speed", ("span", "number")),
    (wording(r"(?:been|member|here|with us|served|employed|work\w*|lived).{0,30}\blongest\b"), "min", "since joined start date", ("date", "year")),
    (wording(r"longest|最长|最久|最長"), "max", "length duration nights time distance", ("span", "number")),
    (wording(r"shortest|最短"), "min", "length duration nights time distance", ("span", "number")),
    (wording(r"\boldest\b|最老|最早"), "old", "date year built published age", ("date", "year", "number", "time")),
    (wording(r"\b(?:youngest|newest|most recent)\b|最新|最年轻"), "new", "date year built published age", ("date", "year", "number")),
    (wording(r"heaviest|最重"), "max", "weight", ("number",)),
    (wording(r"lightest|最轻"), "min", "weight", ("number",)),
    (wording(r"hottest|warmest|最热"), "max", "high temperature", ("number",)),
    (wording(r"coldest|coolest|chilliest|最冷"), "min", "low temperature", ("number",)),
    (wording(r"wettest|rainiest"), "max", "rain", ("number",)),
    (wording(r"driest"), "min", "rain", ("number",)),
    (wording(r"thirstiest"), "max", "fuel consumption", ("number",)),
    (wording(r"tallest"), "max", "height", ("number",)),
    (wording(r"\b(?:the )?first to\b|\bearliest\b"), "min", "time date arrives", ("time", "date")),
    (wording(r"\b(?:the )?last to\b|\blatest\b|最晚"), "max", "time date arrives", ("time", "date")),
    (wording(r"best[- ]?sell\w*|卖得最好|销量最"), "max", "sold sales", ("number", "money")),
    (wording(r"highest|largest|biggest|greatest|\bmost\b|(?<!on )\btop(?:s|ped)?\b(?! (?:estimate|shelf))|\bbest\b(?! seller)|strongest|richest|busiest|最(?:高|多|大|好)"), "max", "", ()),
    (wording(r"lowest|smallest|\bleast\b(?! at)|fewest|worst|weakest|quietest|最(?:低|少|小|差)"), "min", "", ()),
)  # fmt: skip
AVERAGE = wording(r"\baverage|\bmean\b(?! by| when| to)|\bon average\b|平均")
TOTAL = wording(
    r"\bsum\b|\badd(?:ed)? up\b|\b(?:al+ )?to(?:ge|eg)(?:th|ht)er\b|\ball in all\b|\baltogether\b|\bcombined\b|\bin (?:total|all)\b|\btotal\b|\boverall\b|\ball told\b|\b(?:over|across|during|in) (?:the|all)(?: the)?(?: \w+)? (?:whole |entire )?(?:week|year|month|stages|days|period)\b|\bover all\b|\bwhole (?:week|year)\b|\bover both\b|加起来|总和|之和|合起来|总共|總共|一共|合计|总计|共有"
)
ALL_OF = wording(
    r"\bplus\b|\bcome to\b|\band\b.*\bcost|\bhow much\b.*\b(?:went|spen[dt]|outstanding|owe[ds]?|owing|unpaid)\b|加"
)
COUNT = wording(
    r"\bhow many\b|\bnumber of (?!the\b)|\bcount\b|多少(?:个|個|人|位|名|种|条|件|行|家|次|项)|(?:有)?几(?:个|位|名|种|人|条|件|家|行|次|样|项|款|只)|幾個|几個"
)
DIFFERENCE = wording(
    r"\bdifference\b|\bgap\b|how much (?:more|less|cheaper|dearer|higher|lower|larger|smaller|bigger|taller|heavier|older|further|longer|cooler|warmer)|how many (?:more|fewer|less)|by how (?:much|many)|how (?:much|many) \w+ (?:more|less|fewer)|相差|差(?:多少|几)|多(?:多少|几)|少(?:多少|几)|贵(?:多少|几)|便宜(?:多少|几)|高(?:多少|几)|低(?:多少|几)|远(?:多少|几)"
)
SAVE = wording(r"\bsav(?:e|ing)s?\b|省")
LONG = wording(
    r"\bhow long (?:does|do|is|will|did|was)\b|duration|how many (?:hours|minutes)|多久|多长时间|(?:开|走|坐)多久"
)
MONEY = wording(
    r"how much(?! (?:rain|snow|gas|electric|water|flour|heavier|longer|cooler|warmer|further))|\bmoney\b|\bpay\b|\bpaid\b|\bearn\w*|\bspen[dt]\b|\bcosts?\b|\bprice|\bfees?\b|\bdear|\bfrancs?\b|\beuros?\b|\bpounds\b|钱|花|贵|便宜|费"
)
THE_VALUE = wording(
    r"^\W*(?:what|how much|how many)(?:'s| is| was| are| were)? the (?:highest|lowest|largest|smallest|biggest|longest|shortest|most|least|maximum|minimum|fewest|oldest|latest|earliest)\b|最[高低大小多少长短]的?[^是]{1,6}是多少"
)
FILLER = frozenset(
    "week year whole day days per give got sold sell spend spent went bring brought drew draw take took fetch run go goes turn up total much many how per cent money have had use used do doe list altogether together overall time times ever more less than between top best be get compar against expensiv cheap cheaper dear dearer longer older younger heavier lighter higher lower bigger smaller larger out under over pay paid single row entri @item name @name kind sort one number all both half roughli about around each @total @amount @percent column @average average mean @person person @quantity come open work need never only last book compani team left since full".split()
) | {
    "多",
    "少",
    "人",
    "块",
    "元",
    "钱",
    "几",
    "共",
    "高",
    "低",
    "差",
    "总",
    "一共",
    "总共",
    "最多",
    "最高",
    "最少",
    "最低",
    "最",
}
