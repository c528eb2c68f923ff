"""The words by which talk is known, as regular expressions over plain lower-case text.

Plain data: of every kind, English and Chinese. ``MOOD_WORDS`` are the words of a feeling,
``SAID`` utterances that are talk whole.
"""

from __future__ import annotations

_HOW = r"(?:so |really |very |just |still |quite |pretty |feeling |a bit |completely |too )*"
WHEN = r"(?: today| tonight| now| right now| this morning| again| lately| all the time)?"
FEELS = rf"(?:i'?m|i am|i feel|i'?ve been|feeling) {_HOW}"
ZH = r"(?:我|今天|现在|最近|觉得|感到|感觉|真的|真|好|很|太|非常|特别|有点|有点儿|超级|心里)*"

MOOD_WORDS: tuple[tuple[str, str, str], ...] = (
    ("grief", r"grieving|in mourning", r"想念|思念"),
    ("heartbreak", r"heart ?broken", r"失恋|心碎"),
    ("lonely", r"lonely|alone|all alone", r"孤单|孤独|寂寞"),
    (
        "fear",
        r"scared|afraid|worried|anxious|nervous|frightened|terrified|uneasy",
        r"害怕|担心|紧张|焦虑|不安|慌",
    ),
    ("stress", r"stressed(?: out)?|overwhelmed|burn(?:t|ed) ?out", r"压力大|压力好大|喘不过气"),
    (
        "anger",
        r"angry|furious|mad|annoyed|fed up|frustrated|pissed(?: off)?|irritated",
        r"生气|愤怒|烦|烦躁|火大|恼火",
    ),
    (
        "tired",
        r"tired|exhausted|sleepy|worn out|knackered|dead tired|drained|beat",
        r"累|困|疲惫|疲倦",
    ),
    ("sick", r"sick|ill|unwell|poorly", r"不舒服|难受极了|感冒了|发烧了|生病了|病了|头疼|头痛"),
    ("proud", r"proud(?: of (?:myself|him|her|you|us))?", r"自豪|骄傲"),
    (
        "happy",
        r"happy|glad|delighted|excited|great|over the moon|cheerful|thrilled|relieved|grateful",
        r"开心|高兴|快乐|兴奋|幸福|激动",
    ),
    ("in_love", r"in love", r"恋爱了|爱上一个人了"),
    ("bored", r"bored|bored to death", r"无聊|闲得发慌"),
    (
        "guilt",
        r"guilty|ashamed|embarrassed",
        r"内疚|惭愧|后悔|丢脸",
    ),
    (
        "sad",
        (
            r"sad|down|blue|depressed|unhappy|miserable|heavy-hearted|low|empty|disappointed"
            r"|homesick"
            r"|awful|terrible"
        ),
        r"难过|伤心|悲伤|郁闷|沮丧|失落|难受|想哭|想家|失望",
    ),
)

SAID: tuple[tuple[str, str, str], ...] = (
    (
        "how_are_you",
        (
            r"(?:and )?how (?:are|r) (?:you|u|ya)(?: doing| feeling| today| these days)*"
            r"|how'?s it going"
            r"|how do you do|how (?:have you been|is life|is your day)|how'?s (?:life|your day)"
            r"|what'?s (?:up|new)|(?:are )?you ok(?:ay)?|sup|wass?up"
        ),
        r"(?:你|您)?(?:最近|今天)?(?:好吗|怎么样|过得怎么样|过得好吗)|吃了吗",
    ),
    (
        "greeting",
        (
            r"(?:hi|hel+o|hey|hiya|heya|howdy|yo|hullo|greetings)(?: there| again| everyone"
            r"| all| you"
            r"| assistant| my friend| mate| buddy)*|good (?:morning|afternoon|evening|day)|morning"
            r"|evening|nice to meet you|i'?m back|welcome back|long time no see"
        ),
        r"你好[呀啊吗]?|您好|嗨|哈喽|嘿|(?:早上|下午|晚上|中午)好|早安?|好久不见|我回来了|大家好",
    ),
    (
        "thanks",
        (
            r"(?:ok |many |no )?(?:thanks|thank (?:you|u)|thx|ty|tnx|cheers)(?: (?:so|very) much"
            r"| a lot"
            r"| a million| again| anyway| mate| for (?:that|everything|your help|the help"
            r"|helping))*"
            r"|much appreciated|i appreciate it|that helped"
        ),
        (
            r"(?:非常|太|十分)?(?:谢谢|感谢|多谢|谢啦|谢了)(?:你|您|啦|了)?(?:的帮助)?|辛苦了"
            r"|麻烦你了|太感谢了"
        ),
    ),
    (
        "goodbye",
        (
            r"(?:good ?)?bye(?: bye| for now)*|good ?night|nighty? night|see (?:you|ya|u)(?: later"
            r"| soon| tomorrow| around)?|farewell|take care|talk (?:later|tomorrow|soon)|ttyl|gn"
            r"|i'?m off|gotta go|until next time|i'?m going to bed(?: now)?|have a (?:nice"
            r"|good) \w+"
        ),
        r"再见|拜拜|晚安|明天见|回头见|下次见|回头聊|先这样吧?|我(?:去)?睡了|我走了|走啦",
    ),
    (
        "abilities",
        (
            r"(?:so )?what (?:else )?(?:can|could|do) you do(?: for me)?"
            r"|what are you (?:good at|able "
            r"to do|capable of)|(?:please )?help(?: me)?(?: please)?|i need help|how do you work"
            r"|what can'?t you do|what tools do you have"
        ),
        (
            r"(?:你|您)(?:都)?(?:能|会|可以)(?:做|干)?(?:什么|啥|些什么)[呀呢]?|有什么功能|帮助"
            r"|帮帮我|怎么用"
        ),
    ),
    (
        "identity",
        (
            r"(?:who|what) (?:exactly )?are you|what(?: i|')?s your name|do you have a name"
            r"|are you (?:an? )?"
            r"(?:real )?(?:ai|robot|bot|human|person|machine|real|alive|conscious|siri|alexa"
            r"|chat ?gpt)"
            r"(?: person)?|who (?:made|built|created|programmed|trained) you|what model are you"
            r"|what (?:language )?model (?:are you|do you use).{0,20}"
        ),
        (
            r"你(?:到底)?是(?:谁|什么|机器人吗|人吗|真人吗|人工智能吗|ai吗)|你叫什么(?:名字)?"
            r"|谁(?:做|开发|创造|训练)的?了?你"
            r"|你用的?是什么模型"
        ),
    ),
    (
        "privacy",
        (
            r"is (?:this|it) private|(?:do|can) you (?:spy on me|send my data anywhere"
            r"|store what i say"
            r"|keep a secret)|who can see (?:our chat|this)|are you recording me"
            r"|are you connected to "
            r"the internet|are you online|can i trust you"
        ),
        r"你?会不会偷偷录音|我的数据会上传吗|你联网吗|你能保密吗",
    ),
    (
        "unclear",
        (
            r"(?:but )?(?:why|why not|what|huh|what do you mean|how so|so what|really|seriously"
            r"|what the hell)"
        ),
        r"为什么|什么意思|然后呢|什么",
    ),
    (
        "presence",
        (
            r"are you (?:there|listening|awake|still there)|can you hear me|anybody (?:home|there)"
            r"|is this (?:thing )?on|test(?:ing)?(?: test(?:ing)?)*"
        ),
        r"在吗|在不在|有人吗|你?在听吗|你在吗|测试",
    ),
    (
        "about_me",
        (
            r"how old are you|where (?:do you live|are you from)|when were you born"
            r"|do you (?:dream|sleep"
            r"|eat|get tired|have feelings|like me|believe in god|think)|are you (?:married"
            r"|happy|male or "
            r"female)|what'?s your favou?rite \w+"
        ),
        r"你几岁了?|你住哪儿?|你(?:会做梦|有感情|会累|喜欢我)吗|你是男的还是女的",
    ),
    (
        "joke",
        (
            r"(?:please )?(?:can you )?(?:tell|know|give)(?: me)? (?:a|another|any"
            r"|some) (?:\w+ )?jokes?"
            r"(?: please)?|make me laugh|say something funny|got any (?:\w+ )?jokes|another joke"
            r"|do you know (?:a|any) (?:\w+ )?jokes?|tell me another one|surprise me"
        ),
        r"(?:给我|再|请)*(?:讲|说)(?:一)?个(?:新)?笑话(?:吧|听听)?|逗我笑(?:一下)?|再讲一个",
    ),
    ("laughter", r"(?:ha){2,}h?|(?:he){2,}|lol|lmao|rofl|xd", r"哈{2,}|哈哈|嘿嘿|呵呵|笑死我了?"),
    (
        "compliment",
        (
            r"(?:you(?:'re| are) (?:so |very |really |the )*(?:great|amazing|awesome|clever"
            r"|smart|funny"
            r"|best|helpful|brilliant|kind|sweet|wonderful|a star|a lifesaver|impressive))"
            r"|good (?:job|work|bot)|well done|nice work|great (?:job|work)|brilliant"
            r"|amazing|awesome"
            r"|wonderful|i'?m impressed|you sound (?:great|lovely)|wow|perfect|i like you"
        ),
        (
            r"你(?:真|好|太|很)(?:棒|聪明|厉害|好|可爱|有用)了?|干得(?:好|漂亮)|太(?:厉害|棒)了"
            r"|真棒|我喜欢你"
        ),
    ),
    (
        "complaint",
        (
            r"(?:you(?:'re| are) (?:so |just |really |completely |very )*(?:useless|stupid"
            r"|dumb|wrong"
            r"|slow|annoying|hopeless|an idiot|terrible|bad|not listening|boring))"
            r"|(?:that(?:'s| is| "
            r"was) )?(?:wrong|nonsense|rubbish|incorrect)(?: again| answer)?"
            r"|(?:no )?that'?s not what i "
            r"(?:asked|meant|wanted|said)(?: for)?|bad bot|you(?:'ve)? (?:got"
            r"|did) it wrong(?: again)?"
            r"|you (?:don'?t|never) (?:understand|listen)(?: me)?|you (?:misunderstood|lied"
            r"|already said "
            r"that)|stop repeating yourself|i hate you|what'?s wrong with you|are you broken"
        ),
        (
            r"不对|你(?:真|好|太|很)?(?:笨|蠢|没用|慢|烦)了?|你(?:说|弄|搞)错了|答非所问"
            r"|不是这个意思|你不懂|我问的不是这个|胡说八道"
            r"|你胡说八道"
        ),
    ),
    ("doubt", r"are you (?:really )?sure(?: about (?:that|this))?", r"你?确定吗?|真的吗"),
    ("love_you", r"i love (?:you|u)|will you marry me", r"我?爱你哟?"),
    (
        "leave",
        (
            r"never ?mind|forget (?:it|about it)|it'?s nothing|cancel|stop|stop (?:it|talking)"
            r"|be quiet"
            r"|shut up|leave me alone|nothing"
        ),
        r"算了|没什么|取消|不用了|别说了|安静|闭嘴",
    ),
    (
        "apology",
        r"(?:i'?m )?(?:so )?sorry|my (?:bad|mistake)|oops|i apologi[sz]e",
        (
            r"对不起"
            r"|不好意思|抱歉"
        ),
    ),
    (
        "wait",
        (
            r"wait|hold on|(?:just )?(?:a|one) (?:second|moment|minute)"
            r"|hang on"
        ),
        r"等(?:一下|等|会儿)|稍等",
    ),
    (
        "wishes",
        (
            r"(?:happy|merry) (?:birthday|christmas|new year|easter|holidays)(?: to (?:you|me))?"
            r"|congratulations|good luck|bon appetit"
        ),
        r"(?:新年|生日|圣诞|节日|中秋|春节)快乐|恭喜发财|恭喜|加油",
    ),
    (
        "yes",
        (
            r"yes(?: please)?|yeah|yep|yup|sure|of course|exactly|that'?s true"
            r"|true"
        ),
        r"是的?|对|没错|当然",
    ),
    ("no", r"no|nope|nah|no way|not really", r"不|不是|不要|没有|不行"),
    (
        "ok",
        (
            r"ok(?:ay)?|ok then|alright|all right|fine|cool|nice|got it|i see|understood|right"
            r"|good|great"
            r"|sounds good|fair enough|good point|interesting|whatever|hm+|maybe"
            r"|i (?:don'?t )?know|idk"
        ),
        r"好的?|行|可以|嗯+|知道了|明白了?|有道理|随便|不错|没事|没关系|好吧|哦",
    ),
)
