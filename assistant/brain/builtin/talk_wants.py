"""What a person wants that no tool does: tasks for a writer, and wishes such as the weather."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.brain.builtin.talk_kinds import plain


@dataclass(frozen=True, slots=True)
class Want:
    """A task or wish by its name in both languages; ``function`` would be the tool's name."""

    kind: str
    english: str
    chinese: str
    function: str = ""


_VERB = re.compile(
    r"^\W*(?:(?:please|can you|could you|would you|kindly|hey|now|pls|plz|help me(?: to)?) )*"
    r"(?:write(?! down| out| it| that| this| what)|draft|compose|rewrite|rephrase|proofread"
    r"|paraphrase"
    r"|brainstorm|invent|outline|plan|make up|come up with|finish this|correct my|make me an?"
    r"|make an?|make this|create|draw up|design|translate|act as|pretend|roleplay"
    r"|give me \w+ names"
    r"|give me an outline|tell me (?:a|another) (?:\w+ )?(?:story|poem|tale|riddle)"
    r"|an? (?:haiku|poem|"
    r"limerick)|fix this|correct this|turn (?:this|these)|ask me|sql query)\b"
    r"|^(?:请|麻烦你?|你?能不能|可以|给我|帮我|替我|帮忙|再)*(?:写(?!了|着|的|下)|编|翻译"
    r"|润色|改写|拟|起草|想十?个|想几个"
    r"|制定|策划|列个|做一?[个份].{0,12}(?:计划|攻略|方案)|(?:给|用).{1,8}写|讲个(?!笑话)"
    r"|出个谜语|对个对联|把这句话)"
)
_TASKS: tuple[tuple[str, str, str], ...] = (
    (r"\b(?:code|regex|sql|bug)\b|代码", "writing code", "写代码"),
    (r"\bcover letter|求职信", "writing a cover letter", "写求职信"),
    (r"\be?-?mail\b|邮件", "writing an email", "写邮件"),
    (r"\bletter\b|书信|信$", "writing a letter", "写信"),
    (r"\b(?:poem|haiku|limerick|sonnet|verse)|诗|对联", "writing a poem", "写诗"),
    (r"\b(?:lyrics|song text)\b|\bwrite .{0,20}\bsong\b|歌词", "writing song lyrics", "写歌词"),
    (r"\b(?:story|tale|novel)\b|故事|小说", "telling a story", "讲故事"),
    (
        (
            r"\b(?:essay|article|blog|report|review|press release)\b|作文|文章|论文"
            r"|报告"
        ),
        "writing an article",
        "写文章",
    ),
    (
        (
            r"\b(?:function|script|program|python|javascript|java|html|css)\b|程序|python"
            r"|爬虫|脚本"
        ),
        "writing code",
        "写代码",
    ),
    (r"\b(?:speech|toast|talk)\b|致辞|演讲", "writing a speech", "写讲稿"),
    (r"\b(?:resume|cv)\b|简历", "writing a résumé", "写简历"),
    (r"\b(?:plan|itinerary|trip|schedule)\b|计划|攻略|方案", "making a plan", "制定计划"),
    (r"\b(?:list|menu)\b|清单|节目单", "making a list", "列清单"),
    (
        (
            r"\b(?:card|post|caption|message|note|description|slogan)|贺卡|文案"
            r"|请假条"
        ),
        "writing a short text",
        "写短文",
    ),
    (
        (
            r"\b(?:re(?:write|phrase)|proofread|paraphrase|grammar|shorter|politer|correct)\b|润色"
            r"|改"
        ),
        "rewriting a text",
        "改写文字",
    ),
    (r"\b(?:brainstorm|names|ideas|invent)\b|名字", "finding ideas", "出主意"),
    (r"\b(?:roleplay|pretend|act as)\b", "playing a role", "角色扮演"),
    (r"\briddle\b|谜语", "making up a riddle", "出谜语"),
)
_WRITING = re.compile(
    r"\b(?:write|draft|compose|draw up|finish|turn|create|outline)\b|[写编拟]|起草"
)
_TRANSLATE = re.compile(r"^\W*(?:\w+ ){0,3}translate\b|翻译")
_OPEN = re.compile(
    r"^\W*(?:(?:please|can you|could you|would you|help me(?: to)?|pls|plz) )*"
    r"(?:write(?! down| out| it| that| this| what)|draft|compose|rewrite|rephrase|brainstorm"
    r"|tell me (?:a|another) (?:\w+ )?(?:story|poem|tale)|make (?:me )?an? (?:\w+ ){0,2}plan)\b"
    r"|^(?:请|帮我|给我|替我)*(?:写(?!了|着|的|下)|编|拟|起草)"
)
_FILE = re.compile(
    r"\b(?:picture|photo|image|recording|memo|audio|video|document|pdf|file|scan|screenshot|note"
    r"|receipt|invoice|contract|slide|sheet|table|sign|voice|said|says|attach\w*)s?\b"
    r"|图|照片|录音|视频|文档|文件|笔记|合同|发票|表格|附件"
)

_WISHES: tuple[tuple[str, str, str, str], ...] = (
    (
        (
            r"\bwe(?:a)?ther|wether\b|\b(?:will|does|is) it (?:\w+ )?(?:rain|snow|sunny"
            r"|cold outside)|umbrella"
            r"|how (?:hot|cold|warm) is it outside|天气|下雨吗|外面冷"
        ),
        "the weather",
        "查天气",
        "weather",
    ),
    (r"\bnews\b|headlines|新闻|头条", "the news", "看新闻", "news"),
    (r"who won the (?:match|game)|football scores|昨晚谁赢", "sports results", "查比分", "scores"),
    (r"\bstock price|bitcoin|share price|股价|股票", "stock prices", "查股价", "stock_price"),
    (
        (
            r"\b(?:set|cancel|stop|make|an) (?:\w+ )?alarm\b(?! at work)|alarm (?:for|at \d)"
            r"|wake me|闹钟|叫醒我"
        ),
        "alarms",
        "定闹钟",
        "set_alarm",
    ),
    (r"\btimers?\b|countdown|倒计时|计时器", "timers", "计时", "set_timer"),
    (r"\bremind(?:er)?s?\b|提醒", "reminders", "设提醒", "remind_me"),
    (
        (
            r"\bcalend[ae]r|(?:any|my) meetings?\b|appointments?\b|日程"
            r"|日历"
        ),
        "your calendar",
        "查日程",
        "calendar",
    ),
    (
        (
            r"(?:turn|switch|lock|unlock|dim|open|close) .{0,20}(?:lights?|lamp|heating|door"
            r"|garage|tv|fan|blinds)"
            r"|[关开].{0,6}灯|灯.{0,4}[关开]|空调|窗帘"
        ),
        "lights and devices in the house",
        "控制家里的设备",
        "switch",
    ),
    (r"^(?:please )?(?:call|phone|ring|dial) |打电话|打个电话", "phone calls", "打电话", "call"),
    (
        (
            r"\b(?:send|reply|inbox|new mail|my emails?)\b|email it to|^text |发邮件|发短信"
            r"|发微信|短信"
        ),
        "sending and fetching messages",
        "收发消息",
        "send_message",
    ),
    (
        (
            r"\b(?:google|search (?:the )?(?:web|internet|online)|look (?:it )?up online"
            r"|on the (?:web|internet))\b"
            r"|^look up|online$|上网|网上|百度"
        ),
        "searching the web",
        "上网搜索",
        "search_web",
    ),
    (
        (
            r"\b(?:navigate|directions|traffic|nearest|near me|nearby)\b|导航"
            r"|附近"
        ),
        "maps and directions",
        "查地图",
        "directions",
    ),
    (
        (
            r"\b(?:book|reserve) (?:me )?an?\b|订.{0,8}(?:票|酒店|房|位|桌)|车票"
            r"|机票"
        ),
        "bookings",
        "预订",
        "book",
    ),
    (
        (
            r"\b(?:order|buy|shopping)\b|^get me an? |点个?外卖|^买|帮我买"
            r"|打车"
        ),
        "shopping and orders",
        "购物下单",
        "order",
    ),
    (
        (
            r"^(?:please )?(?:play|put on|next song|skip|pause|volume)\b|louder please"
            r"|放.{0,3}(?:首|点).{0,6}(?:歌|音乐)"
            r"|^播放|下一首|声音大"
        ),
        "playing music",
        "放音乐",
        "play",
    ),
    (
        (
            r"^(?:please )?(?:open|launch|start|close) (?:the |my |all )?\w+(?: app| windows)?$"
            r"|^(?:打开|启动)|take a "
            r"screenshot|restart the|shut down|^关机"
        ),
        "opening apps and running the computer",
        "操作应用和电脑",
        "open_app",
    ),
    (r"^print\b|打印", "printing", "打印", "print_file"),
    (r"\bpay (?:the|my)|transfer \d|交.{0,4}费|转账", "payments", "付款", "pay"),
    (r"\b(?:upload|post (?:this|it))\b|传到|上传", "uploading", "上传", "upload"),
)
_DEED = re.compile(
    r"^(?:please |can you |could you )*(?:feed|clean|fix|walk|charge|empty|track|connect"
    r"|make (?:me )?an?"
    r"|do my|cancel my|get me|bring|run|install|delete|pay|wash|cook|add|put|track|share)\b"
)
_TASK_PATTERNS = tuple((re.compile(p), en, zh) for p, en, zh in _TASKS)
_WISH_PATTERNS = tuple((re.compile(p), en, zh, name) for p, en, zh, name in _WISHES)


def task_in(text: str) -> Want | None:
    """The task for a writer that a text sets; None where it sets none."""
    said = plain(text)
    if not _VERB.search(said):
        return None
    if _TRANSLATE.search(said):
        return Want("task", "translating", "翻译")
    for pattern, english, chinese in _TASK_PATTERNS:
        if pattern.search(said):
            return Want("task", english, chinese)
    return Want("task", "writing", "写作") if _WRITING.search(said) else None


def is_open_task(text: str) -> bool:
    """Whether a text wants something written, by its name, and speaks of no file.

    What a tool might make (a picture, a tune, a translation) is no such task.
    """
    said = plain(text)
    if not _OPEN.search(said) or _FILE.search(said):
        return False
    want = task_in(text)
    return want is not None and want.english not in ("writing", "translating")


def wish_in(text: str) -> Want | None:
    """The wish that no tool grants, if a text has one of those that are known by name."""
    said = plain(text)
    for pattern, english, chinese, name in _WISH_PATTERNS:
        if pattern.search(said):
            return Want("wish", english, chinese, name)
    if _DEED.search(said):
        return Want("wish", "that", "这件事", "my_tool")
    return None
