"""The ways in which a sentence says that something was done, and what proves each.

Two families: *perceiving* (looking, listening, reading: true for as long as the thing lies
in the conversation) and *doing* (searching, keeping, making, sending: true of this turn
only). Guards come before the rules: what is quoted, asked, denied, wished, supposed or
said of somebody else claims nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LOOK = "look read_text scan_codes watch"
_HEAR = "transcribe sense_emotion identify_speaker watch"
_READ = "read_document read_text search_knowledge"
_FIND = "search_knowledge recall read_document"
_MAKE_PICTURE = "make_image enhance_image"
_MAKE_SOUND = "speak make_music enhance_audio"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a claim is about, and the tools whose receipt proves it.

    ``named`` finds tools that people add, by the words of their name. ``kinds`` are the
    attachments without which a vague claim ("I read it") is not about one.
    """

    what: str
    tools: frozenset[str]
    named: re.Pattern[str]
    lasting: bool = False
    kinds: frozenset[str] = frozenset()
    world: bool = False


def _proof(
    what: str,
    tools: str,
    named: str,
    *,
    lasting: bool = False,
    kinds: str = "",
    world: bool = False,
) -> Proof:
    words = re.compile(rf"(?:^|_)(?:{named})", re.IGNORECASE)
    return Proof(what, frozenset(tools.split()), words, lasting, frozenset(kinds.split()), world)


_EYE = "look|see|image|photo|picture|caption|ocr|vision|describe|detect|measure|scan|video"
_EAR = "transcri|listen|hear|audio|speech|sound|music|voice|video"
_PAGE = "read|document|doc|pdf|file|parse|extract|summar|sheet|csv|table|ocr|find|search|open"
_DRAW = "draw|paint|make|create|generate|render|image|picture|plot|chart|edit|crop"
_SAY = "speak|say|voice|tts|record|music|audio|compose|sing|generate|make"
_DEED = (
    "send|mail|email|message|text|call|phone|book|reserve|order|buy|pay|delete|remove|move|rename"
    "|schedule|calendar|alarm|remind|timer|post|publish|upload|save|write|set|add|create|turn"
    "|switch|light|cancel|invite|notify|forward|reply|submit|install|download|export|home"
)
PROOFS = {
    "image": _proof("looking", _LOOK, _EYE, lasting=True),
    "audio": _proof("listening", _HEAR, _EAR, lasting=True),
    "video": _proof("watching", f"{_LOOK} transcribe", f"{_EYE}|{_EAR}", lasting=True),
    "clip": _proof("watching or listening", f"{_LOOK} {_HEAR}", f"{_EYE}|{_EAR}", lasting=True),
    "paper": _proof("reading it", f"{_LOOK} {_READ}", f"{_EYE}|{_PAGE}", lasting=True),
    "document": _proof("reading a document", _READ, _PAGE, lasting=True),
    "notes": _proof("searching your notes", _FIND, f"{_PAGE}|note|memo|recall", lasting=True),
    "file": _proof(
        "opening a file", f"{_LOOK} {_HEAR} {_READ}", f"{_EYE}|{_EAR}|{_PAGE}", lasting=True
    ),
    "seen_it": _proof("looking", _LOOK, _EYE, lasting=True, kinds="image video"),
    "heard_it": _proof("listening", _HEAR, _EAR, lasting=True, kinds="audio video"),
    "read_it": _proof(
        "reading it", f"{_READ} {_LOOK}", f"{_PAGE}|{_EYE}", lasting=True, kinds="document image"
    ),
    "searching": _proof(
        "searching", f"{_FIND} search_web", f"{_PAGE}|query|lookup|web|browse|fetch|news|weather"
    ),
    "web": _proof(
        "searching the web", "search_web", "search|web|browse|fetch|google|url|news|open|find"
    ),
    "remembering": _proof("remembering", "remember", "remember|save|store|note|keep|add"),
    "picture": _proof("making a picture", _MAKE_PICTURE, _DRAW),
    "sound": _proof("making a recording", _MAKE_SOUND, _SAY),
    "made_file": _proof(
        "making a file",
        f"{_MAKE_PICTURE} {_MAKE_SOUND}",
        f"{_DRAW}|{_SAY}|write|save|export|convert|build",
        world=True,
    ),
    "deed": _proof("doing this", "", _DEED, world=True),
    "running": _proof("running it", "calculate", "run|exec|python|code|shell|test|eval|calc"),
}
"""What each named group of a rule needs."""

# --- English -----------------------------------------------------------------------------

_GAP = r"(?:[\w'’-]+\s+)"
_DET = r"(?:the|your|this|that|these|those|both|each|attached|uploaded|my)"
_THINGS = (
    ("code", r"(?:qr[- ]?|bar ?)codes?"),
    ("image", r"images?|pictures?|photo(?:graph)?s?|screen ?shots?|snapshots?|selfies?|pics?"),
    ("audio", r"recordings?|audio|voice (?:memo|message|note)s?|voicemails?|songs?|podcasts?"),
    ("video", r"videos?|footage"),
    ("clip", r"clips?"),
    ("paper", r"receipts?|invoices?|scans?|tickets?|bills?|letters?|pages?|forms?"),
    (
        "document",
        r"documents?|pdfs?|reports?|contracts?|leases?|spreadsheets?|csv|workbooks?|r[ée]sum[ée]s?"
        r"|cv|slides|presentations?|agreements?|manuscripts?|papers?|articles?|docx?|thesis"
        r"|manuals?|handbooks?|minutes|brochures?|transcripts?",
    ),
    ("notes", r"notes|knowledge(?: base)?|(?:saved|stored) (?:documents|files|texts)"),
    ("file", r"files?|attachments?"),
)
# What was typed into the message itself needs no tool.
_TYPED = r"(?!\s+(?:\w+\s+){0,3}?(?:pasted|typed|above|below|wrote|quoted)\b)"


def _groups(things: tuple[tuple[str, str], ...]) -> str:
    names = {"code": "image"}
    merged: dict[str, list[str]] = {}
    for group, words in things:
        merged.setdefault(names.get(group, group), []).append(words)
    return "|".join(rf"(?P<{g}>{'|'.join(w)})" for g, w in merged.items())


_THING = rf"(?:{_groups(_THINGS)})\b"
_NP = rf"(?:of\s+)?(?:{_GAP}{{0,2}}?){_DET}\s+{_GAP}{{0,4}}?{_THING}{_TYPED}"

_ADVERB = (
    r"(?:just|now|also|already|then|even|first|finally|quickly|again|both|indeed|only|since|so"
    r"|\w+ly|gone ahead and|went ahead and|managed to|been able to|was able to|had the chance to"
    r"|taken the time to|took the time to|took the liberty and)"
)
_DONE = rf"\b(?:I|we)(?:(?:'|’)(?:ve|d)|\s+have|\s+had)?(?:\s+{_ADVERB}){{0,4}}\s+"
_DID = rf"\b(?:I|we)\s+did(?:\s+{_ADVERB}){{0,3}}\s+"
_DOING = (
    rf"\b(?:I|we)(?:(?:'|’)(?:m|re|ve been)|\s+am|\s+are|\s+have been)(?:\s+{_ADVERB}){{0,3}}\s+"
)
_OBJECTLESS = r"(?!\s+(?:nothing|none|no|neither|nobody|nowhere)\b)"


def _did(past: str, base: str = "", doing: str = "") -> str:
    """I (have) PAST, I did BASE, I am DOING."""
    ways = [rf"{_DONE}(?:{past})"]
    if base:
        ways.append(rf"{_DID}(?:{base})")
    if doing:
        ways.append(rf"{_DOING}(?:{doing})")
    return rf"(?:{'|'.join(ways)}){_OBJECTLESS}"


_PERCEIVED = _did(
    r"looked|read|reviewed|opened|examined|inspected|scanned|viewed|analy[sz]ed|studied|checked"
    r"|skimmed|parsed|watched|listened|heard|transcribed|played|seen|saw|zoomed|browsed|perused"
    r"|consulted|processed|translated|summari[sz]ed|extracted|go(?:ne)|went|(?:had|taken|took|given"
    r"|gave)(?=\s+(?:\w+\s+){0,4}(?:look|listen|read|glance))|double-checked|identified|decoded"
    r"|loaded|compared|digested|evaluated|interpreted|pored|leafed|flicked|combed|looking",
    r"look|read|review|open|examine|inspect|scan|view|analy[sz]e|study|check|skim|listen|hear|watch"
    r"|see|go|transcribe",
    r"looking|reading|reviewing|opening|examining|scanning|viewing|analy[sz]ing|watching"
    r"|listening|hearing|going",
)
_GERUND = (
    r"(?:looking|reading|reviewing|opening|examining|inspecting|scanning|viewing|analy[sz]ing"
    r"|studying|checking|skimming|parsing|watching|listening|hearing|seeing|going|looked|read"
    r"|reviewed|opened|examined|inspected|scanned|viewed|analy[sz]ed|studied|checked|skimmed"
    r"|watched|listened|heard|seen|gone)"
)
_FACT = (
    r"(?:shows?|depicts?|contains?|says?|states?|mentions?|features?|lists?|reads?|reveals?"
    r"|displays?|indicates?|captures?|includes?|specif(?:ies|y)|suggests?|describes?|explains?"
    r"|covers?|leads?\s+to|points?\s+to|links?\s+to|appears?|seems?|looks?\s+like|tells?|confirms?"
    r"|is\s+(?:of|about|from|dated|signed)|was\s+(?:taken|signed|recorded)|has|gives|notes"
    r"|showed|said|stated|mentioned|contained|listed)\b"
)
_SOURCE = (
    r"(?:based\s+on|according\s+to|judging\s+(?:by|from)|going\s+by|(?<![a-z]\s)per"
    r"|as\s+(?:\w+\s+){0,4}(?:in|by|on))"
)
_PICTURES = (
    r"(?:images?|pictures?|drawings?|illustrations?|photos?|paintings?|portraits?|logos?|posters?"
    r"|icons?|wallpapers?|artworks?|collages?|cartoons?)"
)
_SOUNDS = r"(?:audio|recordings?|songs?|music|melod(?:y|ies)|soundtracks?|narrations?|tunes?)"
_FILES = r"(?:files?|documents?|pdfs?|spreadsheets?|presentations?|slides|zip|archive|csv|docx)"
_ADJ = r"(?:(?!of\b|for\b|to\b|how\b|from\b|with\b|in\b|about\b)[\w'’-]+\s+)"
_ENDS = (
    r"(?=\s*(?:$|[.,:;!?(\[\n—–-]|of\b|you\b|that\b|for\b|with\b|as\b|I\s+(?:made|created|generated"
    r"|drew|recorded|have\s+(?:made|created|generated))))"
    r"(?!.{0,40}\b(?:would|could|might|should|in\s+mind|situation)\b)"
)
_BELONGINGS = (
    r"(?:files?|folders?|e-?mails?|messages?|photos?|pictures?|documents?|events?|entr(?:y|ies)"
    r"|appointments?|accounts?|apps?|reminders?|alarms?|contacts?|records?|backups?|meetings?"
    r"|bookings?|orders?|subscriptions?|calendar|notes)"
)
_SENT = (
    r"(?:sent|set|booked|scheduled|reserved|ordered|cancell?ed|deleted|added|created|saved|uploaded"
    r"|posted|published|delivered|submitted|placed|confirmed|moved|turned\s+(?:on|off))"
)

ENGLISH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Looking, listening, reading; the thing decides what proves it.
        rf"{_PERCEIVED}\s+(?:\w+\s+){{0,5}}?{_NP}",
        rf"\b(?:having|after|upon|on|by|from|through|while)\s+(?:\w+ly\s+|just\s+)?{_GERUND}\s+"
        rf"(?:\w+\s+){{0,3}}?{_NP}",
        rf"(?:^|[,;:.!?—–]\s*)(?:just\s+)?(?:looking|listening|reading|examining|viewing|zooming|scanning)\s+"
        rf"(?:\w+\s+){{0,3}}?{_NP}[^,;]{{0,60}},",
        rf"\b(?:pleasure|joy|treat|good|nice|great|fun|interesting|lovely)\s+(?:to\s+)?"
        rf"(?:look|see|read|hear|listen|looking|seeing|reading|hearing|listening)\s+(?:at\s+|to\s+)?{_NP}",
        rf"{_SOURCE}\s+{_NP}",
        rf"(?:^|[,;:.!?—–]\s*|\b(?:and|but|so)\s+)(?:in|from|on\s+page\s+\d+\s+of|at\s+the\s+\w+\s+of|on)"
        rf"\s+{_DET}\s+{_GAP}{{0,2}}?{_THING}{_TYPED},?\s+(?:[\w'’]+\s+){{0,3}}?(?:there|I|we|you\s+can\s+see|it|he"
        r"|she|they|the|an?|some\w*|one|two|three|four|both|most|\d+|your|people|is|are|says?|was)\b"
        r"(?!.{0,30}\b(?:should|must|would|could|need|please)\b)",
        rf"\b(?:the|your|this|that|these|those|attached|my)\s+{_GAP}{{0,3}}?{_THING}"
        rf"(?:\s+{_GAP}{{0,6}}?|\s+)(?:also\s+|clearly\s+|really\s+|only\s+)?(?<!what\s){_FACT}",
        rf"\b(?:I|we)\s+(?:can\s+|could\s+)?(?:\w+ly\s+|also\s+|even\s+)?(?:see|saw|hear|heard|notice[d]?|spot"
        r"|spotted|tell|gather(?:ed)?|learn(?:ed|t)?|found|find|recogni[sz]ed?|count(?:ed)?|detect"
        rf"(?:ed)?|read|understand|conclude)\b[^,;.!?]{{0,60}}?\b(?:in|from|on|at|by)\s+{_NP}",
        rf"\bfrom\s+{_DET}\s+{_GAP}{{0,2}}?{_THING}\s+(?:I|we)\b",
        r"\bI\s+(?:can\s+|could\s+)?(?:hear|heard|tell|sense|noticed?)\b[^,;.!?]{0,40}?"
        r"\b(?:in|from|by)\s+(?P<audio>your\s+(?:voice|tone)\b)",
        r"(?P<audio>\byour\s+voice)\s+(?:sounds|sounded|is\s+(?:shaky|calm|sad|tired))",
        # Vague ones, where such an attachment is there.
        rf"{_did('(?:looked|had a look|took a look)')}\s+(?:\w+\s+)?at\s+(?P<seen_it>it|this|them)\b",
        rf"{_did('listened')}\s+(?:to\s+)?(?P<heard_it>it|this|them|carefully|closely)\b",
        rf"{_did('read|reviewed|skimmed|opened')}\s+(?:through\s+|over\s+)?"
        r"(?P<read_it>it|this|them|everything)\b(?!\s+(?:question|message|as|sentence))",
        # Searching.
        rf"{_did('searched|googled|browsed|researched', 'search|google|browse', 'searching|browsing')}"
        rf"(?!\s+(?:my\s+memory|for\s+(?:the\s+right\s+)?words))(?:\s+\w+){{0,4}}?\s+"
        r"(?P<web>web|internet|online|google|site|website)\b",
        rf"{_did('(?:checked|looked|consulted|found|verified)')}\s+(?:[\w'’]+\s+){{0,4}}?"
        r"(?P<web>(?:the\s+)?(?:web\b|internet)|online)\b",
        rf"(?P<searching>{_did('searched|googled|researched', 'search|google', 'searching')})"
        r"(?!\s+(?:my\s+memory|for\s+(?:the\s+right\s+)?words))",
        rf"(?P<searching>{_did('looked', 'look')}\s+(?:it|that|this|them|(?:the|your)\s+[\w'’-]+)\s+up\b)",
        rf"(?P<searching>{_did('looked')}\s+up\s+(?!at\b|to\b|from\b|and\b|in\b|into\b))",
        rf"(?P<searching>{_did('ran|run|did|done|performed|made|conducted')}\s+an?\s+(?:[\w-]+\s+){{0,2}}search)",
        rf"(?P<searching>{_did('queried|crawled')})",
        r"\b(?P<searching>my\s+(?:\w+\s+)?search(?:es)?\s+(?:turned|found|shows?|showed|returned|gave))",
        r"\b(?P<searching>(?:the\s+)?search\s+results\s+(?:show|say|suggest|indicate))",
        # Keeping.
        rf"(?P<remembering>{_did('(?:saved|stored|remembered|memori[sz]ed)', 'save|store')}\s+"
        r"(?:that|it|this|your|(?:the|these|those)\s+(?:information|details?|fact|preferences?|note))\b"
        r"(?!.{0,30}\bfor\s+(?:the\s+)?(?:last|end|finale|dessert)\b))"
        rf"(?!\s+{_GAP}{{0,3}}?{_FILES})",
        rf"(?P<remembering>{_did('noted|written|wrote|jotted|put')}\s+(?:\w+\s+){{0,3}}?down\b)",
        rf"(?P<remembering>{_did('noted')}\s+(?:your|the)\s+)",
        rf"(?P<remembering>{_did('made|taken|took|kept')}\s+an?\s+(?:\w+\s+)?(?:note|record)\s+(?:of|that))",
        rf"(?P<remembering>{_did('added|committed|put|saved|stored', 'add|save')}\s+(?:[\w'’]+\s+){{0,6}}?"
        r"(?:to|in|into)\s+(?:your\s+|my\s+|long-term\s+)*(?:notes|memory|profile|preferences)\b)",
        r"(?:^|[,;:!?.]\s*)(?P<remembering>saved|stored|memori[sz]ed)\s*(?:[!.,:;]|$)",
        # Making.
        rf"{_did('created|made|drew|drawn|generated|painted|rendered|designed|produced|sketched|prepared', 'create|make|draw|generate|paint')}"
        rf"\s+(?:you\s+)?(?:an?|the|this|these|some|two|three|four|\d+|another|your|several)\s+{_ADJ}{{0,5}}?"
        rf"(?:(?P<picture>{_PICTURES})|(?P<sound>{_SOUNDS})|(?P<made_file>{_FILES}))\b"
        r"(?!\s+(?:code|prompt|description|idea|plan|list))",
        rf"(?P<picture>{_did('drew|drawn|painted|sketched|illustrated', 'draw|paint|sketch')}\s+(?:you\s+|for\s+you\s+)?"
        r"(?:an?|the|your|two|three|some)\s+(?!(?:\w+\s+)?(?:conclusions?|lines?|parallels?|comparisons?|distinctions?"
        r"|analog(?:y|ies)|inferences?|lesson|blank|bleak|list|plan|outline)\b)\w+)",
        rf"{_did('composed|recorded|synthesi[sz]ed|sang|sung|narrated', 'record|compose')}\s+(?:you\s+)?"
        rf"(?P<sound>(?:an?|the|this|some|your)\s+(?:\w+\s+){{0,4}}?(?:{_SOUNDS}|poem|text|story|speech|message))\b",
        rf"(?P<sound>{_did('read|spoken|said', 'read')}\s+(?:[\w'’]+\s+){{1,4}}?(?:aloud|out\s+loud)\b)",
        rf"\bhere(?:(?:'|’)s|\s+is|\s+are|\s+comes?)\s+(?:the|your|an?|my|another)\s+{_ADJ}{{0,3}}?"
        rf"(?:(?P<picture>{_PICTURES})|(?P<sound>{_SOUNDS})|(?P<made_file>{_FILES})){_ENDS}",
        rf"(?P<picture>\b{_PICTURES}\s+(?:that\s+)?(?:I|we)(?:(?:'|’)ve|\s+have)?\s+(?:just\s+)?"
        r"(?:made|created|generated|drew|drawn|painted))\b",
        rf"(?P<picture>{_did('enhanced|cropped|resized|sharpened|brightened|edited|retouched|upscaled|colou?ri[sz]ed|rotated|blurred|restored|removed')}"
        rf"\s+(?:the|your|this|that)\s+(?:\w+\s+){{0,2}}?(?:{_PICTURES}|background\s+(?:of|from|in))\b)",
        rf"(?P<made_file>{_did('saved|exported|converted|compiled|written|wrote')}\s+"
        rf"(?:[\w'’]+\s+){{0,4}}?(?:{_FILES}|(?:to|on|in|into)\s+(?:your|a|the)\s+(?:\w+\s+)?"
        r"(?:file|folder|desktop|disk|drive|pdf|downloads|computer|device|phone)))\b",
        # Acting on the world.
        rf"(?P<deed>{_did('e-?mailed|texted|phoned|messaged|notified|contacted|reserved|purchased|bought|tweeted|uploaded|downloaded|installed|invited|forwarded|submitted|published|booked|scheduled|rescheduled')})",
        rf"(?P<deed>{_did('sent|mailed')}\s+(?!you\b|your\s+way))",
        rf"(?P<deed>{_did('sent')}\s+you\s+(?:an?|the)\s+(?:\w+\s+)?(?:e-?mail|text|sms|invit\w+|calendar))",
        rf"(?P<deed>{_did('set', 'set')}\s+(?:up\s+)?(?:you\s+)?(?:an?|the|your|another|two)\s+(?:[\w:-]+\s+){{0,3}}?"
        r"(?:reminders?|alarms?|timers?|appointments?|meetings?|event|thermostat|countdown))\b",
        rf"(?P<deed>{_did('added|put|created|made|moved|entered')}\s+(?:[\w'’:-]+\s+){{0,6}}?"
        r"(?:(?:calendar|reminder|(?:to-?do|shopping|grocery)\s+list|appointment|reservation|booking)s?))\b",
        rf"(?P<deed>{_did('deleted|removed|erased|moved|renamed|cancell?ed|archived|unsubscribed')}\s+"
        rf"(?:the|your|all|that|those|these|this|every|\d+)\s+(?:[\w'’]+\s+){{0,4}}?{_BELONGINGS})\b",
        rf"(?P<deed>{_did('ordered')}\s+(?:you\s+|the\s+|an?\s+|your\s+|two\s+)"
        r"(?!(?:\w+\s+)?(?:list|items?|steps?|points?|entries|numbers|results)))",
        rf"(?P<deed>{_did('paid')}\s+(?:the|your)\s+(?:\w+\s+)?(?:bill|invoice|rent|fee|fine|order))",
        rf"(?P<deed>{_did('called|rang|rung')}\s+(?:the\s+(?:restaurant|doctor|office|shop|store|hotel|bank|police|company|landlord|clinic|dentist)"
        r"|him|her|them|your\s+\w+|(?-i:[A-Z])\w+)\b)",
        rf"(?P<deed>{_did('posted|shared')}\s+(?:[\w'’]+\s+){{1,4}}?(?:on|to|with)\s+(?:your|the|(?-i:[A-Z])\w+))",
        rf"(?P<deed>{_did('turned|switched')}\s+(?:(?:on|off)\s+(?:the|your)|(?:the|your)\s+(?:\w+\s+){{1,3}}(?:on|off))\b)",
        r"(?P<deed>\b(?:the|your|all|both)\s+(?:\w+\s+){0,2}?(?:e-?mails?|messages?|reminders?|alarms?|timers?|meetings?"
        r"|appointments?|tables?|orders?|files?|bookings?|reservations?|invitations?|events?|tickets?|payments?|lights?)"
        rf"(?:\s+[\w'’]+){{0,4}}?\s+(?:(?:has|have)\s+(?:now\s+|already\s+|just\s+)?been|(?:is|are)(?:\s+now|\s+already)?)\s+"
        rf"(?:successfully\s+)?{_SENT}\b(?!\s+by\b))",
        # Running.
        rf"(?P<running>{_did('used|ran|run|called|executed|invoked')}\s+(?:the\s+|a\s+|your\s+|this\s+|that\s+)"
        r"(?:\w+\s+)?(?:calculat(?:or|e)|code|script|program|tests?|snippet|function|query|command|tool)\b)",
        rf"(?P<running>{_did('tested|executed|ran|run')}\s+(?:it|this|that)\b)",
    )
)

_EN_CLAUSE = re.compile(
    r"[,;:!?.()—–\n]\s*|\s-+\s|\b(?:and|but|so|because|although|though|since|while|which|yet)\b",
    re.IGNORECASE,
)
_EN_GUARD = re.compile(
    r"\b(?:if|whether|unless|suppose|imagine|assuming|in\s+case|as\s+if|as\s+though|wish|pretend"
    r"|not|never|no|none|nothing|cannot|neither|nor|without|unable|doubt|denied?|refuse|hardly|fail(?:ed)?"
    r"|nobody|instead\s+of|rather\s+than|typical(?:ly)?|usual(?:ly)?|general(?:ly)?|normally|often|sometimes"
    r"|for\s+(?:example|instance)|like\s+to|want(?:s|ed)?|please|let\s+me|going\s+to|need\s+to|try\s+to"
    r"|happy\s+to|ready\s+to|ask(?:ed|s|ing)?|wonder(?:s|ed|ing)?)\b"
    r"|n['’]t\b|\b(?:you|he|she|they|people|someone|who|\w+\s+who)\s+(?:\w+\s+)?"
    r"(?:said|says?|thinks?|thought|claim(?:s|ed)?|believed?s?|assume[sd]?|wrote|told|mean[st]?)\b"
    r"|(?:['’]ll|\bwill|\bwould|\bcould|\bmight|\bmay|\bshould|\bshall|['’]d\s+(?:like|rather))\b",
    re.IGNORECASE,
)
_EN_WHEN = re.compile(
    r"\b(?:when(?:ever)?|once|after|before|until|till|as\s+soon\s+as|by\s+the\s+time|the\s+moment)\b",
    re.IGNORECASE,
)
_EN_LATER = re.compile(
    r"['’]ll\b|\b(?:will|won['’]t|would|could|may|might|shall|going\s+to|please|let\s+me)\b"
    r"|['’]d\s+rather",
    re.IGNORECASE,
)
_EN_ASKS = re.compile(
    r"^\W*(?:(?:and|but|so|or|then|well|ok(?:ay)?)\s+)?(?:did|do|does|have|has|had|is|are|was|were|am|can|could|should"
    r"|shall|will|would|may|might|what|which|who|where|when|how|why)\b",
    re.IGNORECASE,
)
_EN_WHAT = re.compile(
    r"\b(?:tell\s+(?:me|you)|know|see|say|guess|describe)\s+(?:what|how|where)\b", re.IGNORECASE
)
_EN_PAST = re.compile(r"\b(?:earlier|previously|last\s+time|before|yesterday)\b", re.IGNORECASE)

# --- Chinese -----------------------------------------------------------------------------

_ZH_THINGS = (
    r"(?P<image>图片|照片|相片|截图|图像|图(?=[中里上，。的！]|$)|二维码|条形码|条码)"
    r"|(?P<audio>录音|音频|语音|歌曲)|(?P<video>视频)"
    r"|(?P<paper>收据|小票|发票|账单|扫描件|票据|信件)"
    r"|(?P<document>文档|合同(?!法)|报告|表格|PDF|pdf|简历|论文|租约|协议|说明书|幻灯片|电子书)"
    r"|(?P<notes>笔记|知识库|资料库)|(?P<file>文件|附件)"
)
_ZH_FAR = r"[^，。；！？,;!?]"
_ZH_ADVERB = (
    r"(?:已经|已|刚刚|刚才|刚|都|也|又|再|仔细|认真|大致|粗略|快速|完整|详细|特意|现在|先|就|重新|成功|才|还"
    r"|便|立即|马上|地|确实|的确|其实|全部|一一|上网|在网上|从网上)"
)
_ZH_FOR = (
    r"(?:(?:帮|给|替|为)(?:你|您|大家|我们)?|(?:把|将|对|从|在|用|通过)[^，。；！？,;!?]{1,14}?)"
)
_ZH_I = rf"(?:我(?:们)?|(?:^|[，。；！？,;!?：:])\s*(?:好的?)?(?={_ZH_ADVERB}|{_ZH_FOR}))"
_ZH_CHAIN = rf"(?:{_ZH_ADVERB}|{_ZH_FOR}){{0,6}}?"
_ZH_DONE = r"(?:了|过|完|到|好|出|成|下|遍|一下)"
_ZH_SEE = (
    r"(?:查看|查阅|阅读|浏览|打开|分析|检查|审阅|扫描|识别|研究|翻阅|解析|观察|欣赏|收听|聆听|转写|播放"
    r"|看|读|听|扫|翻)"
)
_ZH_ASPECT = rf"(?:(?:一)?{_ZH_SEE}?{_ZH_DONE}{{1,2}}(?:[一两三几]?[下遍次])?)"
_ZH_MAKE = r"(?:绘制|生成|制作|创作|创建|设计|合成|录制|谱写|画|做|录|谱)"

CHINESE = tuple(
    re.compile(pattern)
    for pattern in (
        # Looking, listening, reading.
        rf"{_ZH_I}{_ZH_CHAIN}{_ZH_SEE}{_ZH_ASPECT}{_ZH_FAR}{{0,10}}?(?:{_ZH_THINGS})",
        rf"{_ZH_I}(?:们)?{_ZH_ADVERB}{{0,4}}(?:已经|已|刚刚|刚才){_ZH_ADVERB}{{0,3}}{_ZH_FOR}?{_ZH_SEE}"
        rf"{_ZH_FAR}{{0,8}}?(?:{_ZH_THINGS})",
        rf"我{_ZH_ADVERB}{{0,4}}(?:把|将){_ZH_FAR}{{0,6}}?(?:{_ZH_THINGS}){_ZH_FAR}{{0,4}}?{_ZH_SEE}",
        r"我(?:已经|已|刚刚|刚才|仔细|认真)(?:仔细|认真)?(?P<seen_it>看)(?:了|过|完)(?![\u4e00-\u9fff])",
        rf"(?:根据|按照|依据|依照|通过|从|据)(?:阅读|查看|分析)?{_ZH_FAR}{{0,6}}?(?<!一张)(?<!一份)(?<!一个)"
        rf"(?:{_ZH_THINGS})",
        rf"(?<!一张)(?<!一份)(?<!一个)(?:{_ZH_THINGS})(?:中|里面|里|上面|上|内|当中)?"
        r"(?:的(?:人|内容|文字|声音|说话人))?(?:还|也|明确|清楚地|只|一共|都)?"
        r"(?:显示|写着|写的|写道|提到|规定|包含|列出|列着|指出|表明|记载|说|有|是|指向|拍得|拍的|展示|描绘|看起来|录的|讲)",
        r"(?P<audio>(?:从|在)?(?:你|您)的(?:声音|语气|语调))(?:里|中)?(?:.{0,4}听|.{0,4}感觉|有)",
        # Searching.
        rf"(?P<web>{_ZH_I}{_ZH_CHAIN}(?:上网|在网上|从网上|在互联网上){_ZH_CHAIN}(?:查|搜|找))",
        rf"(?P<searching>{_ZH_I}{_ZH_CHAIN}(?:搜索|检索|查找|查询|搜|查)(?:一?[搜查]|索|找)?{_ZH_DONE})",
        rf"(?P<searching>{_ZH_I}{_ZH_ADVERB}{{0,2}}(?:已经|已){_ZH_CHAIN}(?:搜索|检索|查找|查询))",
        rf"我{_ZH_CHAIN}(?:在|从){_ZH_FAR}{{0,6}}?(?:{_ZH_THINGS})(?:里|中|上)?(?:面)?(?:找|查|看|发现|听|读)(?:到|出|见|了)?",
        # Keeping.
        rf"(?P<remembering>{_ZH_I}{_ZH_CHAIN}(?:记住|记下|记录|保存|存储|储存|存好|存下|存)(?:下来)?(?:了|好|到|下|这|您|你|在))"
        r"(?!.{0,4}(?:最后|文件))",
        r"(?P<remembering>(?:^|[，。；！？,;!?])\s*(?:已经|已)(?:为|帮|给|替)?(?:你|您)?(?:记住|记下|保存|存储|记录))",
        # Making.
        rf"{_ZH_I}{_ZH_CHAIN}{_ZH_MAKE}(?:好|完|出)?了?{_ZH_FAR}{{0,12}}?"
        r"(?:(?P<picture>图片|图像|插图|海报|照片|图画|画像|壁纸|头像|[张幅]图|[张幅]画)|(?P<sound>音频|录音|语音|音乐|歌曲|旋律|歌))"
        r"(?![\u4e00-\u9fff]{0,3}(?:代码|描述|提示词|方案|清单))",
        rf"(?P<picture>{_ZH_I}{_ZH_CHAIN}画(?:好|完|出)?了?(?:一|两|三|几|只|张|幅|条|个)(?!(?:个|条)?(?:重点|线|圈)))",
        r"(?:这|以下|下面)(?:就)?是(?:我)?(?:为|给|帮|替)?(?:你|您)?(?:要的|想要的|制作的|生成的|画的|录制的|创作的)+"
        r".{0,8}?(?:(?P<picture>图片|图像|照片|画|插图)|(?P<sound>录音|音频|语音|音乐|歌))(?!.{0,3}代码)",
        rf"(?P<sound>{_ZH_I}{_ZH_CHAIN}(?:朗读|念)(?:了|出来|完|给))",
        rf"(?P<picture>{_ZH_I}{_ZH_CHAIN}(?:裁剪|修复|美化|增强|去除|调亮|放大)了{_ZH_FAR}{{0,6}}?(?:图片|照片|图像|背景))",
        # Acting on the world.
        rf"(?P<deed>{_ZH_I}{_ZH_CHAIN}(?:发送|发出|发|寄|转发|回复)(?:了|给|出|完|好|送){_ZH_FAR}{{0,12}}?)"
        rf"(?:(?<=发送)|(?<=发给)|(?<=了)|(?<=送给)|(?<=出)){_ZH_FAR}{{0,8}}?(?:邮件|短信|消息|信息|信|微信|了)",
        rf"(?P<deed>{_ZH_I}{_ZH_CHAIN}(?:预订|预定|订|预约|购买|下单|删除|删|取消|安排|设置|设定|设|打开|关闭|关|上传|下载|安装|支付|提交|发布"
        r"|添加|通知|邀请|移动|重命名)(?:了|好|完|掉|上传|到)(?!下面|以下|上面|第)"
        rf"(?!{_ZH_FAR}{{0,8}}(?:报告|文档|合同|PDF|段|句|字|词|计划|清单)))",
        rf"(?P<deed>{_ZH_I}{_ZH_CHAIN}(?:打|拨)(?:了|通了?){_ZH_FAR}{{0,4}}?电话)",
        r"(?P<deed>(?:邮件|短信|消息|提醒|闹钟|会议|日程|订单|机票|酒店|位子|座位|餐厅|预约|文件|灯)"
        r"(?:都|也|现在|刚刚)?(?:已经|已)(?:被|经|为您|为你|成功)*(?:发送|发出|设置|设好|设定|安排|预订|订好|删除|提交|取消|上传|关|打开|添加))",
        # Running.
        rf"(?P<running>{_ZH_I}{_ZH_CHAIN}(?:运行|执行|测试)(?:了|过|完))",
        rf"(?P<running>我{_ZH_ADVERB}{{0,3}}用(?:了)?计算器)",
    )
)

_ZH_CLAUSE = re.compile(r"[，。；！？,;!?：:（）()\n]|但是|但|不过|所以|因此|然后")
_ZH_GUARD = re.compile(
    r"没|还未|尚未|未曾|未能|无法|不能|不会|不是|不知|不确定|如果|要是|假如|假设|若|除非|等(?!待)|一旦|是否|要不要"
    r"|(?:会|想|可以|能够|打算|准备|需要|应该|可能|愿意|希望|建议|请|让)"
    r"|(?:你|您|他|她|他们|她们)(?:已经|刚才|刚|也|曾)?(?:说|问|写|要|想|觉得|认为|提到|告诉|希望|叫|让)"
    r"|(?:他|她|谁|有人|大家)(?:们)?(?:已经|刚才|刚|也|曾)?|当|例如|比如|通常|一般|听说"
)
_ZH_AFTER = re.compile(r"^.{0,10}?(?:之前|以前)")
_ZH_PAST = re.compile(r"之前|早些时候|上次|先前|前面|昨天")

# --- The check ---------------------------------------------------------------------------

_QUOTED = re.compile(
    r"“[^”]{0,600}(?:”|$)|„[^“”]{0,600}(?:[“”]|$)|«[^»]{0,600}(?:»|$)|「[^」]{0,600}(?:」|$)"
    r"|『[^』]{0,600}(?:』|$)|(?<![\w\"])\"(?=\S)[^\"]{0,600}(?:\"|$)|(?<![\w'’])'(?=\w)[^'\n]{3,400}[.!?,]'(?!\w)"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_EMPHASIS = re.compile(r"\*\*|__|(?<![\w*])[*_](?=\w)|(?<=\w)[*_](?![\w*])")


def claims(sentence: str) -> Iterator[tuple[Proof, bool]]:
    """Each claim of a sentence, with whether it is said to lie before this turn.

    Code must be taken out before; quoted words are skipped here.
    """
    said = _QUOTED.sub(lambda m: "“_”" + " " * 0, sentence)
    said = _EMPHASIS.sub("", said)
    asks = said.rstrip(" \"'”’)]*_").endswith(("?", "？"))
    if _HAN.search(said):
        past = bool(_ZH_PAST.search(said))
        for match in _matches(CHINESE, said):
            start = _clause(_ZH_CLAUSE, said, match)
            before = said[start : match.end()]
            if not (
                _ZH_GUARD.search(before)
                or _ZH_AFTER.search(said[match.end() :])
                or (asks and not _ZH_CLAUSE.search(said[match.end() :].rstrip("？?")))
            ):
                yield PROOFS[_group(match)], past
    past, later = bool(_EN_PAST.search(said)), bool(_EN_LATER.search(said))
    for match in _matches(ENGLISH, said):
        start = _clause(_EN_CLAUSE, said, match)
        before = said[start : max(match.start(_group(match)), match.start())]
        if not (
            _EN_GUARD.search(before)
            or _EN_WHAT.search(before)
            or (later and _EN_WHEN.search(said[start : match.end()]))
            or (asks and _EN_ASKS.search(before))
        ):
            yield PROOFS[_group(match)], past


def _matches(patterns: tuple[re.Pattern[str], ...], said: str) -> Iterator[re.Match[str]]:
    for pattern in patterns:
        yield from pattern.finditer(said)


def _group(match: re.Match[str]) -> str:
    return next(name for name, value in match.groupdict().items() if value is not None)


def _clause(breaks: re.Pattern[str], said: str, match: re.Match[str]) -> int:
    """Where the clause of the match begins: after the last break before what it says."""
    start = 0
    for found in breaks.finditer(said, 0, match.start() + 1):
        start = found.end()
    return start
