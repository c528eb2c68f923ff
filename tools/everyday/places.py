"""Well-known places and their IANA time zones, in English and Chinese."""

from __future__ import annotations

import re
from functools import cache

# zone: cities and countries with one clock, as people write them
_TABLE = """
Europe/London: london, england, uk, united kingdom, britain, great britain, scotland, edinburgh, manchester, 伦敦, 英国
Europe/Dublin: dublin, ireland, 都柏林, 爱尔兰
Europe/Lisbon: lisbon, porto, portugal, 里斯本, 葡萄牙
Europe/Paris: paris, france, lyon, marseille, 巴黎, 法国
Europe/Madrid: madrid, barcelona, spain, seville, 马德里, 巴塞罗那, 西班牙
Europe/Berlin: berlin, munich, hamburg, frankfurt, cologne, germany, 柏林, 慕尼黑, 法兰克福, 汉堡, 德国
Europe/Rome: rome, milan, venice, naples, florence, italy, 罗马, 米兰, 意大利
Europe/Vienna: vienna, austria, 维也纳, 奥地利
Europe/Zurich: zurich, zürich, geneva, bern, basel, switzerland, 苏黎世, 日内瓦, 瑞士
Europe/Brussels: brussels, belgium, 布鲁塞尔, 比利时
Europe/Amsterdam: amsterdam, rotterdam, netherlands, the netherlands, holland, 阿姆斯特丹, 荷兰
Europe/Copenhagen: copenhagen, denmark, 哥本哈根, 丹麦
Europe/Stockholm: stockholm, sweden, 斯德哥尔摩, 瑞典
Europe/Oslo: oslo, norway, 奥斯陆, 挪威
Europe/Helsinki: helsinki, finland, 赫尔辛基, 芬兰
Europe/Warsaw: warsaw, krakow, poland, 华沙, 波兰
Europe/Prague: prague, czechia, czech republic, 布拉格, 捷克
Europe/Budapest: budapest, hungary, 布达佩斯, 匈牙利
Europe/Bucharest: bucharest, romania, 布加勒斯特
Europe/Athens: athens, greece, 雅典, 希腊
Europe/Istanbul: istanbul, ankara, turkey, türkiye, 伊斯坦布尔, 土耳其
Europe/Kyiv: kyiv, kiev, ukraine, 基辅, 乌克兰
Europe/Moscow: moscow, st petersburg, saint petersburg, 莫斯科, 圣彼得堡
Atlantic/Reykjavik: reykjavik, iceland, 冰岛
Africa/Cairo: cairo, egypt, 开罗, 埃及
Africa/Lagos: lagos, nigeria, 拉各斯
Africa/Nairobi: nairobi, kenya, 内罗毕, 肯尼亚
Africa/Johannesburg: johannesburg, cape town, south africa, 约翰内斯堡, 开普敦, 南非
Africa/Casablanca: casablanca, morocco, 摩洛哥
Asia/Dubai: dubai, abu dhabi, uae, 迪拜, 阿联酋
Asia/Riyadh: riyadh, saudi arabia, 利雅得, 沙特
Asia/Jerusalem: jerusalem, tel aviv, israel, 耶路撒冷, 以色列
Asia/Tehran: tehran, iran, 德黑兰, 伊朗
Asia/Karachi: karachi, islamabad, lahore, pakistan, 卡拉奇, 巴基斯坦
Asia/Kolkata: delhi, new delhi, mumbai, bombay, bangalore, bengaluru, chennai, kolkata, hyderabad, india, 德里, 新德里, 孟买, 印度
Asia/Dhaka: dhaka, bangladesh, 达卡
Asia/Kathmandu: kathmandu, nepal, 加德满都, 尼泊尔
Asia/Bangkok: bangkok, thailand, 曼谷, 泰国
Asia/Ho_Chi_Minh: hanoi, ho chi minh city, saigon, vietnam, 河内, 胡志明市, 越南
Asia/Jakarta: jakarta, 雅加达
Asia/Singapore: singapore, 新加坡
Asia/Kuala_Lumpur: kuala lumpur, malaysia, 吉隆坡, 马来西亚
Asia/Manila: manila, philippines, 马尼拉, 菲律宾
Asia/Shanghai: beijing, shanghai, shenzhen, guangzhou, chengdu, hangzhou, wuhan, xian, xi'an, nanjing, tianjin, chongqing, china, 北京, 上海, 深圳, 广州, 成都, 杭州, 武汉, 西安, 南京, 天津, 重庆, 苏州, 中国
Asia/Hong_Kong: hong kong, 香港
Asia/Macau: macau, macao, 澳门
Asia/Taipei: taipei, taiwan, 台北, 台湾
Asia/Tokyo: tokyo, osaka, kyoto, japan, 东京, 大阪, 京都, 日本
Asia/Seoul: seoul, busan, korea, south korea, 首尔, 韩国
Asia/Ulaanbaatar: ulaanbaatar, mongolia, 乌兰巴托
Asia/Almaty: almaty, astana, kazakhstan, 阿拉木图
Asia/Tashkent: tashkent, uzbekistan, 塔什干
Australia/Sydney: sydney, canberra, 悉尼, 堪培拉
Australia/Melbourne: melbourne, 墨尔本
Australia/Brisbane: brisbane, 布里斯班
Australia/Adelaide: adelaide, 阿德莱德
Australia/Perth: perth, 珀斯
Pacific/Auckland: auckland, wellington, christchurch, new zealand, 奥克兰, 惠灵顿, 新西兰
Pacific/Honolulu: honolulu, hawaii, 檀香山, 夏威夷
America/Anchorage: anchorage, alaska, 阿拉斯加
America/Los_Angeles: los angeles, la, san francisco, sf, seattle, san diego, las vegas, portland, california, silicon valley, pacific time, 洛杉矶, 旧金山, 西雅图, 拉斯维加斯, 圣地亚哥市, 加州
America/Denver: denver, salt lake city, colorado, mountain time, 丹佛
America/Phoenix: phoenix, arizona, 凤凰城
America/Chicago: chicago, dallas, houston, austin, new orleans, texas, central time, 芝加哥, 休斯顿, 达拉斯, 得州
America/New_York: new york, nyc, new york city, boston, washington, washington dc, miami, atlanta, philadelphia, detroit, florida, eastern time, 纽约, 波士顿, 华盛顿, 迈阿密
America/Toronto: toronto, ottawa, montreal, 多伦多, 渥太华, 蒙特利尔
America/Vancouver: vancouver, 温哥华
America/Mexico_City: mexico city, mexico, 墨西哥城, 墨西哥
America/Bogota: bogota, bogotá, colombia, 波哥大
America/Lima: lima, peru, 利马, 秘鲁
America/Santiago: santiago, chile, 圣地亚哥, 智利
America/Argentina/Buenos_Aires: buenos aires, argentina, 布宜诺斯艾利斯, 阿根廷
America/Sao_Paulo: sao paulo, são paulo, rio, rio de janeiro, brasilia, 圣保罗, 里约
America/Caracas: caracas, venezuela, 加拉加斯
UTC: utc, gmt, zulu, universal time, 世界时, 格林威治
"""  # noqa: E501 - one zone a line
MANY = {
    **dict.fromkeys(("usa", "us", "america", "united states"), "New York or Los Angeles"),
    "美国": "纽约或洛杉矶",
    "canada": "Toronto or Vancouver",
    "加拿大": "多伦多或温哥华",
    "russia": "Moscow",
    "俄罗斯": "莫斯科",
    "brazil": "São Paulo",
    "巴西": "圣保罗",
    "australia": "Sydney or Perth",
    "澳大利亚": "悉尼或珀斯",
    "澳洲": "悉尼或珀斯",
    "indonesia": "Jakarta",
    "印度尼西亚": "雅加达",
    "europe": "London or Berlin",
}
"""Places with several clocks, and which cities to ask about instead."""


@cache
def _zones() -> dict[str, str]:
    return {
        name: zone
        for zone, names in (line.split(": ") for line in _TABLE.strip().splitlines())
        for name in names.split(", ")
    }


def zone_of(place: str) -> str | None:
    """The IANA zone of a city, a country with one clock, or a zone's own name; else None."""
    import zoneinfo

    name = " ".join(place.lower().replace("_", " ").split())
    if zone := _zones().get(name) or _zones().get(name.removesuffix("市")):
        return zone
    known = {zone.lower().replace("_", " "): zone for zone in zoneinfo.available_timezones()}
    if name in known:
        return known[name]
    cities = {key.rpartition("/")[2]: zone for key, zone in known.items() if "/" in key}
    return cities.get(name)


def named_in(text: str) -> str | None:
    """The longest known place that a text names, or None."""
    low = text.lower()
    best = ""
    for name in (*_zones(), *MANY):
        if len(name) <= len(best) or name not in low:
            continue
        if not name.isascii() or re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", low):
            best = name
    if best in {"us", "la"} and not re.search(rf"\b{best.upper()}\b", text):
        return None
    return best or None
