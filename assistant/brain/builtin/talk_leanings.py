"""Words anywhere in a text that lean it towards a kind of talk: plain data, strongest first."""

from __future__ import annotations

import re

LEANS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "crisis",
            (
                r"\b(?:kill(?:ing)? myself|suicid\w+|end my life|want to die|don'?t want to live"
                r"|better off dead|hurt(?:ing)? myself)\b|不想活|想死|自杀|活不下去"
            ),
        ),
        (
            "grief",
            (
                r"\b(?:my|our)\b[^.?!]{0,40}\b(?:died|passed away|is dying|is gone)\b"
                r"|\bi(?:'m)? (?:really "
                r"|so )?miss(?:ing)? (?:him|her|them|my|our|those)\b|去世|过世|(?:爷爷|奶奶|外婆"
                r"|外公|爸|妈|狗|猫).{0,8}"
                r"(?:走了|死了|没了)|我(?:很|好|真)?想(?:念|我)?(?:妈|爸|爷爷|奶奶|他|她|女儿|儿子)"
            ),
        ),
        ("heartbreak", r"\b(?:we|they) broke up\b|\b(?:left|dumped) me\b|heart ?broken|失恋|分手"),
        (
            "leave",
            (
                r"^(?:please |but |wait,? )*(?:don'?t|do not|dont|never mind|no need|not now"
                r"|ignore|forget"
                r"|leave|stop (?:reading|playing|it|that)|no \w+ please|wrong (?:file|picture"
                r"|photo))\b|^(?:先)?(?:别|不要|不用|先别)|算了$"
            ),
        ),
        (
            "complaint",
            (
                r"\b(?:you|that|your|bot)\b.{0,40}\b(?:useless|stupid|dumb|wrong|slow|annoying"
                r"|hopeless"
                r"|idiot|rubbish|nonsense|garbage|made that up|misunderstood|lied|piece of junk"
                r"|repeat\w*)\b"
                r"|not what i (?:asked|meant|wanted|said)|you (?:never|don'?t) (?:understand"
                r"|listen|get)"
                r"|you keep (?:saying|repeating)|told you (?:that )?\w+ times"
                r"|disappointed in you|你.{0,6}(?:笨|没用"
                r"|错了|慢|胡说|失望)"
                r"|没用的东西|老说一样"
            ),
        ),
        (
            "compliment",
            (
                r"\byou(?:'re| are| have| sound|r)\b.{0,20}\b(?:great|amazing|clever|funny"
                r"|lovely|best|helpful"
                r"|smart|brilliant|lifesaver|better than)\b|你.{0,6}(?:棒|聪明|厉害|好听|可爱)"
                r"|比我想的强"
            ),
        ),
        (
            "small_talk",
            (
                r"^what a \w+|^who (?:cares|knows)$|^who would have|^(?:you )?know what\??$"
                r"|^what can i say|天哪"
                r"|算什么$|^guess (?:what|who)"
            ),
        ),
        (
            "about_me",
            (
                r"^(?:do|can|would|could|have|are|will) you (?:ever |like |have |see|think|learn"
                r"|speak|understand|smarter"
                r"|free|any|believe|hear yourself)|^what (?:is|'s) your|^what languages do you"
                r"|do you think of me$"
                r"|what should i call you|^你(?:会说|觉得我|有没有|喜欢)"
            ),
        ),
        ("joke", r"\bjokes?\b(?=.{0,20}$)|笑话"),
        ("thanks", r"\b(?:thanks|thank you|thank u|thx|tnx|bless you)\b|谢谢|感谢|多谢"),
        (
            "goodbye",
            (
                r"\b(?:goodbye|good night|good nite|bye|see ya|see you|signing off)\b"
                r"|再见|拜拜|晚安"
            ),
        ),
        (
            "wishes",
            r"\b(?:merry christmas|happy (?:birthday|new year|easter))\b|(?:新年|生日|圣诞)快乐",
        ),
        (
            "lonely",
            (
                r"\blonel(?:y|iness)\b|no friends\b|nobody (?:\w+ )?(?:visits|calls|likes"
                r"|cares|understands)"
                r"|孤单|孤独|寂寞|没人(?:懂|理解|陪)"
            ),
        ),
        ("in_love", r"\bin love\b|met someone|恋爱|爱上"),
        ("proud", r"\bproud\b|自豪|骄傲"),
        (
            "sick",
            (
                r"\b(?:sick|ill|flu|fever|cold|headache|migraine|threw up"
                r"|stomach ?ache|a cold|hurts"
                r"|killing me)\b|感冒|发烧|头疼|头痛|肚子疼|不舒服|生病"
            ),
        ),
        (
            "tired",
            (
                r"\b(?:tired|exhausted|worn out|burnt out|sleepy|barely slept"
                r"|can'?t sleep)\b|累|困死|睡不着"
            ),
        ),
        (
            "stress",
            (
                r"\b(?:stress\w*|overwhelmed|too much|under pressure|burn(?:ed|t) out)\b"
                r"|压力|崩溃"
            ),
        ),
        (
            "anger",
            (
                r"\b(?:angry|furious|mad|annoy\w+|fed up|hate|could scream|drives me"
                r"|pissed)\b|生气|气死|烦死|"
                r"火大|讨厌|要疯"
            ),
        ),
        (
            "fear",
            r"\b(?:scared|afraid|worr\w+|anxious|nervous|terrified|what if)\b|害怕|担心|紧张|焦虑",
        ),
        ("guilt", r"\b(?:guilty|ashamed|embarrass\w+|regret)\b|内疚|惭愧|丢脸|后悔"),
        (
            "sad",
            (
                r"\bnot (?:\w+ )?(?:happy|glad|well|good)\b|\b(?:sad|crying|cry|depress\w+"
                r"|miserable"
                r"|unhappy|terrible day|awful|empty|failure|disappointed|homesick)\b"
                r"|难过|伤心|想哭|郁闷|难受"
                r"|失败|糟透|不开心|不高兴|失落|想家|委屈"
            ),
        ),
        ("bored", r"\bbor(?:ed|ing)\b|nothing to do|无聊"),
        (
            "happy",
            (
                r"\b(?:happy|glad|delighted|thrilled|over the moon|best day|got the job"
                r"|passed my"
                r"|having a baby|she said yes|he said yes|life is good|grateful|excited"
                r"|relieved|finished my)\b"
                r"|开心|高兴|太棒了|升职|考上|激动"
            ),
        ),
        (
            "greeting",
            (
                r"^(?:hi|hello|hey|good (?:morning|evening|afternoon))\b|^(?:你好|您好"
                r"|嗨|早上好)"
            ),
        ),
    )
)
