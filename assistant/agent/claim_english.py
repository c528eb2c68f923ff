"""How an English sentence says that something was done, and what makes it say less.

The named group that matches tells what the claim is about (:data:`claim_rules.PROOFS`).
"""
# ruff: noqa: ISC004 - the rules of a list stand below one another, each of several strings

from __future__ import annotations

import re

_GAP = r"(?:[\w'’-]+\s+)"
_DET = r"(?:the|your|this|that|these|those|both|each|attached|uploaded|my)"
_THINGS = (
    ("code", r"(?:qr[- ]?|bar ?)codes?"),
    (
        "image",
        r"images?|(?<!big )(?<!bigger )"
        r"(?<!whole )(?<!full )(?<!clear )pictures?(?!\s+of\s+the\s+(?:world|situation))"
        r"|photo(?:graph)?s?|screen ?shots?|snapshots?|selfies?|pics?",
    ),
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
_THERE = re.sub(r"\?P<(\w+)>", r"?P<\1_there>", _THING).replace("(?P<notes_there>", "(?P<notes>")
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
    r"|loaded|compared|(?:finished|completed|done|started|begun) (?:[a-z]+ing)|digested|evaluated"
    r"|interpreted|pored|leafed|flicked|combed|looking",
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
    r"(?<!\byou\s)(?:shows?|depicts?|contains?|says?|states?|mentions?|features?|lists?|reveals?"
    r"|displays?|indicates?|captures?|includes?|specif(?:ies|y)|suggests?|describes?|explains?"
    r"|covers?|leads?\s+to|points?\s+to|links?\s+to|looks?\s+like|confirms?|portrays?|reads"
    r"(?=\s*[:\"“,])"
    r"|is\s+(?:of\s|about\s|dated|signed)|was\s+(?:taken|signed|recorded)"
    r"|showed|stated|contained)\b"
)
_IS = (
    r"(?:is|are|was|were|has|have|had|doesn['’]t|does\s+not|isn['’]t|sounds?|looks?|seems?"
    r"|appears?|tells?"
    r"|gives?|reads?|requires?|allows?|needs?|lasts?|begins?|starts?|ends?|runs?|asks?|talks?"
    r"|\w+s)\b"
    r"(?!\s+(?:\w+\s+){0,2}?(?:to\s+be|attached|uploaded|received|arrived|come|missing|encrypted|unreadable"
    r"|corrupt\w*|empty"
    r"|too|here|supported|open|in\s+(?:this|a)\s+format|not\s+(?:attached|here|there|open)|to)\b)"
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
_CREATED = (
    "created|made|drew|drawn|generated|painted|rendered|designed|produced|sketched|prepared"
    "|(?:whipped|put|cooked) (?:up|together)"
)
_SENT = (
    r"(?:sent|set|booked|scheduled|reserved|ordered|cancell?ed|deleted|added|created|saved|uploaded"
    r"|posted|published|delivered|submitted|placed|confirmed|moved|turned\s+(?:on|off))"
)

RULES = (
    # Looking, listening, reading; the thing decides what proves it.
    rf"{_PERCEIVED}\s+(?:\w+\s+){{0,5}}?{_NP}",
    rf"\b(?:having|after|upon|on|by|from|through|while)\s+(?:\w+ly\s+|just\s+)?{_GERUND}\s+"
    rf"(?:\w+\s+){{0,3}}?{_NP}",
    r"(?:^|[,;:.!?—–]\s*)(?:just\s+)?(?:looking|listening|reading|examining|viewing|zooming"
    r"|scanning)\s+"
    rf"(?:\w+\s+){{0,3}}?{_NP}[^,;]{{0,60}},",
    r"\b(?:pleasure|joy|treat|good|nice|great|fun|interesting|lovely)\s+(?:to\s+)?"
    r"(?:look|see|read|hear|listen|looking|seeing|reading|hearing|listening)\s+(?:at\s+"
    rf"|to\s+)?{_NP}",
    rf"{_SOURCE}\s+{_NP}",
    r"(?:^|[,;:.!?—–]\s*|\b(?:and|but|so)\s+)(?:in|from|on\s+page\s+\d+\s+of|at\s+the\s+\w+\s+of"
    r"|on)"
    rf"\s+{_DET}\s+{_GAP}{{0,2}}?{_THING}{_TYPED},?\s+(?:[\w'’]+\s+){{0,3}}?(?:there|I|we"
    r"|you\s+can\s+see|it|he"
    r"|she|they|the|an?|some\w*|one|two|three|four|both|most|\d+|your|people|is|are|says?|was)\b"
    r"(?!.{0,30}\b(?:should|must|would|could|need|please)\b)",
    rf"\b(?:the|your|this|that|these|those|attached|my)\s+{_GAP}{{0,3}}?{_THING}"
    rf"(?:\s+{_GAP}{{0,6}}?|\s+)(?:also\s+|clearly\s+|really\s+|only\s+)?(?<!what\s){_FACT}",
    r"\b(?:I|we)\s+(?:can\s+|could\s+)?(?:\w+ly\s+|also\s+|even\s+)?(?:see|saw|hear|heard"
    r"|notice[d]?|spot"
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
    # What is said of a thing that is attached, though nothing looked at it.
    rf"\b(?:the|your|this|that|these|those|attached|both)\s+{_GAP}{{0,3}}?{_THERE}{_TYPED}"
    rf"(?:\s+{_GAP}{{0,4}}?|\s+){_IS}",
    r"\b(?:in|on|from|of)\s+(?:the|your|this|that|these|those"
    rf"|both)\s+{_GAP}{{0,3}}?{_THERE}{_TYPED}",
    rf"\b(?:beautiful|lovely|nice|great|gorgeous|stunning|cute|adorable|impressive)\s+{_THERE}",
    # Searching.
    rf"{_did('searched|googled|browsed|researched', 'search|google|browse', 'searching|browsing')}"
    rf"(?!\s+(?:my\s+memory|for\s+(?:the\s+right\s+)?words))(?:\s+\w+){{0,4}}?\s+"
    r"(?P<web>web|internet|online|google|site|website)\b",
    rf"{_did('(?:checked|looked|consulted|found|verified)')}\s+(?:[\w'’]+\s+){{0,4}}?"
    r"(?P<web>(?:the\s+)?(?:web\b|internet)|online)\b",
    rf"(?P<searching>{_did('searched|googled|researched', 'search|google', 'searching')})"
    r"(?!\s+(?:my\s+memory|for\s+(?:the\s+right\s+)?words))",
    rf"(?P<searching>{_did('looked', 'look')}\s+(?:it|that|this|them|(?:the"
    r"|your)\s+[\w'’-]+)\s+up\b)",
    rf"(?P<searching>{_did('looked')}\s+up\s+(?!at\b|to\b|from\b|and\b|in\b|into\b))",
    rf"(?P<searching>{_did('ran|run|did|done|performed|made|conducted')}\s+an?\s+"
    rf"(?:[\w-]+\s+){{0,2}}search)",
    rf"(?P<searching>{_did('queried|crawled')})",
    rf"(?P<notes>{_did('pulled|retrieved|fetched|dug')}\s+(?:up\s+|out\s+)?(?:your"
    rf"|the)\s+{_GAP}{{0,3}}?(?:notes|records|documents))\b",
    rf"(?P<searching>{_did('did|done|ran|conducted')}\s+(?:some|a\s+bit\s+of|a\s+little)\s+"
    r"(?:\w+\s+)?(?:research|searching|digging))",
    r"\b(?P<searching>(?:a|my|the)\s+(?:\w+\s+){0,2}(?:search|lookup|research)\s+(?:shows?|says?"
    r"|suggests?|reveals?|turns?|brought))",
    r"\b(?P<searching>(?:according\s+to|based\s+on|from)\s+my\s+(?:\w+\s+)?(?:search|research"
    r"|lookup))",
    r"\b(?P<searching>my\s+(?:\w+\s+)?search(?:es)?\s+(?:turned|found|shows?|showed|returned"
    r"|gave))",
    r"\b(?P<searching>(?:the\s+)?search\s+results\s+(?:show|say|suggest|indicate))",
    # Keeping.
    rf"(?P<remembering>{_did('(?:saved|stored|remembered|memori[sz]ed)', 'save|store')}\s+"
    r"(?:that|it|this|your|(?:the|these|those)\s+(?:information|details?|fact|preferences?|note))\b"
    r"(?!.{0,30}\bfor\s+(?:the\s+)?(?:last|end|finale|dessert)\b))"
    rf"(?!\s+{_GAP}{{0,3}}?{_FILES})",
    rf"(?P<remembering>{_did('noted|written|wrote|jotted|put')}\s+(?:\w+\s+){{0,3}}?down\b)",
    rf"(?P<remembering>{_did('noted')}\s+(?:your|the)\s+)",
    rf"(?P<remembering>{_did('made|taken|took|kept')}\s+an?\s+(?:\w+\s+)?(?:note|record)\s+(?:of"
    r"|that))",
    rf"(?P<remembering>{_did('added|committed|put|saved|stored', 'add|save')}\s+"
    rf"(?:[\w'’]+\s+){{0,6}}?"
    r"(?:to|in|into)\s+(?:your\s+|my\s+|long-term\s+)*(?:notes|memory|profile|preferences)\b)",
    rf"(?P<remembering>{_did('recorded')}\s+(?:your|that\s+you)\b)",
    rf"(?P<remembering>{_did('got')}\s+(?:that|it|this|your\s+\w+)\s+(?:saved|stored|noted\s+down"
    r"|recorded))",
    r"\b(?P<remembering>(?:that|it|this|your\s+(?:\w+\s+){1,2}?)\s*(?:['’]s|is|are|has\s+been"
    r"|have\s+been)\s+"
    r"(?:all\s+|now\s+|safely\s+|already\s+)?(?:saved|stored|recorded|memori[sz]ed)\b(?!\s+(?:by|as)\b))",
    r"(?:^|[,;:!?.]\s*)(?P<remembering>saved|stored|memori[sz]ed)\s*(?:[!.,:;]|$)",
    # Making.
    rf"{_did(_CREATED, 'create|make|draw|generate|paint')}"
    r"\s+(?:you\s+)?(?:an?|the|this|these|some|two|three|four|\d+|another|your"
    rf"|several)\s+{_ADJ}{{0,5}}?"
    rf"(?:(?P<picture>{_PICTURES})|(?P<sound>{_SOUNDS})|(?P<made_file>{_FILES}))\b"
    r"(?!\s+(?:code|prompt|description|idea|plan|list))",
    rf"(?P<picture>{_did('drew|drawn|painted|sketched|illustrated', 'draw|paint|sketch')}\s+"
    r"(?:you\s+|for\s+you\s+)?"
    r"(?:an?|the|your|two|three|some)\s+(?!(?:\w+\s+)?(?:conclusions?|lines?|parallels?"
    r"|comparisons?|distinctions?"
    r"|analog(?:y|ies)|inferences?|lesson|blank|bleak|list|plan|outline)\b)\w+)",
    rf"{_did('composed|recorded|synthesi[sz]ed|sang|sung|narrated', 'record|compose')}\s+"
    r"(?:you\s+)?"
    rf"(?P<sound>(?:an?|the|this|some|your)\s+(?:\w+\s+){{0,4}}?(?:{_SOUNDS}|poem|text|story"
    r"|speech|message))\b",
    rf"(?P<sound>{_did('read|spoken|said', 'read')}\s+(?:[\w'’]+\s+){{1,4}}?(?:aloud"
    r"|out\s+loud)\b)",
    rf"\bhere(?:(?:'|’)s|\s+is|\s+are|\s+comes?)\s+(?:the|your|an?|my|another)\s+{_ADJ}{{0,3}}?"
    rf"(?:(?P<picture>{_PICTURES})|(?P<sound>{_SOUNDS})|(?P<made_file>{_FILES})){_ENDS}",
    rf"\b(?:your|the)\s+(?:\w+\s+){{0,2}}?(?:(?P<picture>{_PICTURES})|(?P<sound>{_SOUNDS})|"
    rf"(?P<made_file>{_FILES}))"
    r"\s+(?:is|are)\s+(?:now\s+|all\s+)?(?:ready|done|finished|complete)\b",
    r"\b(?:attached|below|enclosed|above)\s+(?:is|are|you(?:['’]ll|\s+will)?\s+"
    rf"(?:can\s+)?find)\s+(?:the|your|an?)\s+{_ADJ}{{0,3}}?"
    rf"(?:(?P<picture>{_PICTURES})|(?P<sound>{_SOUNDS})|(?P<made_file>{_FILES})){_ENDS}",
    rf"(?P<sound>{_did('turned|converted|made')}\s+(?:your|the|this|that|it)\s+"
    rf"(?:\w+\s+){{0,3}}?into\s+(?:an?\s+)?(?:speech|audio|song|recording|mp3))\b",
    rf"(?P<picture>\b{_PICTURES}\s+(?:that\s+)?(?:I|we)(?:(?:'|’)ve|\s+have)?\s+(?:just\s+)?"
    r"(?:made|created|generated|drew|drawn|painted))\b",
    rf"(?P<picture>{_did('enhanced|cropped|resized|sharpened|brightened|edited|retouched|upscaled|colou?ri[sz]ed|rotated|blurred|restored|removed')}"
    rf"\s+(?:the|your|this|that)\s+(?:\w+\s+){{0,2}}?(?:{_PICTURES}|background\s+(?:of|from"
    r"|in))\b)",
    rf"(?P<made_file>{_did('saved|exported|converted|compiled|written|wrote')}\s+"
    rf"(?:[\w'’]+\s+){{0,4}}?(?:{_FILES}|(?:to|on|in|into)\s+(?:your|a|the)\s+(?:\w+\s+)?"
    r"(?:file|folder|desktop|disk|drive|pdf|downloads|computer|device|phone)))\b",
    # Acting on the world.
    rf"(?P<deed>{_did('e-?mailed|texted|phoned|messaged|notified|contacted|reserved|purchased|bought|tweeted|uploaded|downloaded|installed|invited|forwarded|submitted|published|booked|scheduled|rescheduled')})",
    rf"(?P<deed>{_did('sent|mailed')}\s+(?!you\b|my\b|your\s+way))",
    rf"(?P<deed>{_did('sent')}\s+you\s+(?:an?|the)\s+(?:\w+\s+)?(?:e-?mail|text|sms|invit\w+"
    r"|calendar))",
    rf"(?P<deed>{_did('set', 'set')}\s+(?:up\s+)?(?:you\s+)?(?:an?|the|your|another|two)\s+"
    rf"(?:[\w:-]+\s+){{0,3}}?"
    r"(?:reminders?|alarms?|timers?|appointments?|meetings?|event|thermostat|countdown))\b",
    rf"(?P<deed>{_did('added|put|created|made|moved|entered|pencil+ed|wrote|written|blocked')}\s+"
    rf"(?:[\w'’:-]+\s+){{0,8}}?"
    r"(?:(?:calendar|reminder|(?:to-?do|shopping|grocery)\s+list|appointment|reservation"
    r"|booking)s?))\b",
    rf"(?P<deed>{_did('deleted|removed|erased|moved|renamed|cancell?ed|archived|unsubscribed')}\s+"
    rf"(?:the|your|all|that|those|these|this|every|\d+)\s+(?:[\w'’]+\s+){{0,4}}?{_BELONGINGS})\b",
    rf"(?P<deed>{_did('ordered')}\s+(?:you\s+|the\s+|an?\s+|your\s+|two\s+)"
    r"(?!(?:\w+\s+)?(?:list|items?|steps?|points?|entries|numbers|results)|.{0,40}\b(?:by"
    r"|alphabetically|chronologically|according)\b))",
    rf"(?P<deed>{_did('paid')}\s+(?:the|your)\s+(?:\w+\s+)?(?:bill|invoice|rent|fee|fine|order))",
    rf"(?P<deed>{_did('called|rang|rung')}\s+(?:the\s+(?:restaurant|doctor|office|shop|store"
    r"|hotel|bank|police|company|landlord|clinic|dentist)"
    r"|him|her|them|your\s+\w+|(?-i:[A-Z])\w+)\b)",
    rf"(?P<deed>{_did('posted|shared')}\s+(?:[\w'’]+\s+){{1,4}}?(?:on|to|with)\s+(?:your|the|"
    r"(?-i:[A-Z])\w+))",
    rf"(?P<deed>{_did('let')}\s+(?!you\b|me\b|us\b)(?:[\w'’]+\s+){{1,3}}know\b)",
    r"(?P<deed>\b(?:the|your)\s+(?:\w+\s+)?(?:e-?mail|message|order|parcel|taxi|invitation)"
    r"\s+is\s+on\s+its\s+way\b)",
    rf"(?P<running>{_did('verified|checked|tested|confirmed')}\s+(?:\w+\s+){{1,3}}by"
    r"\s+(?:running|executing)\b)",
    rf"(?P<deed>{_did('placed|submitted')}\s+(?:the|your|an?)\s+(?:\w+\s+)?orders?)",
    rf"(?P<deed>{_did('turned|switched')}\s+(?:it|them|everything)\s+(?:on|off)\b)",
    rf"(?P<deed>{_did('turned|switched')}\s+(?:(?:on|off)\s+(?:the|your)|(?:the|your)\s+"
    rf"(?:\w+\s+){{1,3}}(?:on|off))\b)",
    r"(?P<deed>\b(?:the|your|all|both)\s+(?:\w+\s+){0,2}?(?:e-?mails?|messages?|reminders?"
    r"|alarms?|timers?|meetings?"
    r"|appointments?|tables?|orders?|files?|bookings?|reservations?|invitations?|events?|tickets?"
    r"|payments?|lights?|flights?|hotels?|rooms?|trips?|taxis?|seats?|cars?|rides?)"
    rf"(?:\s+[\w'’]+){{0,4}}?\s+(?:(?:has|have)\s+(?:now\s+|already\s+|just\s+)?been|(?:is|are)"
    r"(?:\s+now|\s+already)?)\s+"
    rf"(?:successfully\s+)?{_SENT}\b(?!\s+by\b))",
    # Running.
    rf"(?P<running>{_did('used|ran|run|called|executed|invoked')}\s+(?:the\s+|a\s+|your\s+"
    r"|this\s+|that\s+)"
    r"(?:\w+\s+)?(?:calculat(?:or|e)|code|script|program|tests?|snippet|function|query|command"
    r"|tool)\b)",
    rf"(?P<running>{_did('tested|executed|ran|run')}\s+(?:it|this|that)\b)",
)

CLAUSE = re.compile(
    r"[,;:!?.()—–\n]\s*|\s-+\s|\b(?:and|but|so|because|although|though|since|while|which|yet)\b",
    re.IGNORECASE,
)
GUARD = re.compile(
    r"\b(?:if|whether|unless|suppose|imagine|assuming|in\s+case|as\s+if|as\s+though|wish|pretend"
    r"|not|never|no|none|nothing|cannot|neither|nor|without|unable|doubt|denied?|refuse|hardly"
    r"|fail(?:ed)?"
    r"|nobody|instead\s+of|rather\s+than|typical(?:ly)?|usual(?:ly)?|general(?:ly)?|normally"
    r"|often|sometimes"
    r"|for\s+(?:example|instance)|guess(?:ing)?|assum\w+|like\s+to|want(?:s|ed)?|please|let\s+me"
    r"|going\s+to|need\s+to|try\s+to"
    r"|happy\s+to|ready\s+to|ask(?:ed|s|ing)?|wonder(?:s|ed|ing)?)\b"
    r"|n['’]t\b|\b(?:you|he|she|they|people|someone|who|\w+\s+who)\s+(?:\w+\s+)?"
    r"(?:said|says?|thinks?|thought|claim(?:s|ed)?|believed?s?|assume[sd]?|wrote|told|mean[st]?)\b"
    r"|(?:['’]ll|\bwill|\bwould|\bcould|\bmight|\bmay|\bshould|\bshall|['’]d\s+(?:like|rather))\b",
    re.IGNORECASE,
)
WHEN = re.compile(
    r"\b(?:when(?:ever)?|once|after|before|until|till|as\s+soon\s+as|by\s+the\s+time"
    r"|the\s+moment)\b",
    re.IGNORECASE,
)
LATER = re.compile(
    r"['’]ll\b|\b(?:will|won['’]t|would|could|may|might|shall|going\s+to|please|let\s+me)\b"
    r"|['’]d\s+rather",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"^\W*(?:(?:and|but|so|or|then|well|ok(?:ay)?)\s+)?(?:did|do|does|have|has|had|is|are|was"
    r"|were|am|can|could|should"
    r"|shall|will|would|may|might|what|which|who|where|when|how|why)\b",
    re.IGNORECASE,
)
WHAT = re.compile(
    r"\b(?:tell\s+(?:me|you)|know|see|say|guess|describe)\s+(?:what|how|where)\b", re.IGNORECASE
)
MODAL = re.compile(r"\b(?:may|might|would|should|must)\b", re.IGNORECASE)
GENERAL = re.compile(
    r"\W*(?:in\s+(?:a\s+typical|general)|typically|usually|generally|normally|for\s+example"
    r"|imagine|suppose|let['’]s\s+say|say,)\b",
    re.IGNORECASE,
)
PAST = re.compile(r"\b(?:earlier|previously|last\s+time|before|yesterday)\b", re.IGNORECASE)
