"""What the built-in brain says where no tool runs: the right kind, honest, and never stale."""

from __future__ import annotations

from string import Formatter

import pytest

from assistant.agent.claims import Gate
from assistant.brain.builtin.request import Request
from assistant.brain.builtin.talk import ADD_A_MODEL, ADD_A_MODEL_ZH, is_talk, talk
from assistant.brain.builtin.talk_kinds import leaning_kind, whole_kind
from assistant.brain.builtin.talk_wordings import ENGLISH
from assistant.brain.builtin.talk_wordings_zh import CHINESE


def asked(text: str, feeling: str = "", before: str = "", turn: int = 1) -> Request:
    return Request(text, (), (), before=before, turn=turn, feeling=feeling)


def opening(wording: str) -> str:
    """The longest fixed part of a wording: what a reply made from it must hold."""
    return max((part for part, *_ in Formatter().parse(wording)), key=len)


def is_of(reply: str, kind: str, *, chinese: bool = False) -> bool:
    return any(opening(w) in reply for w in (CHINESE if chinese else ENGLISH)[kind])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hi", "greeting"),
        ("Heyyy there!", "greeting"),
        ("hi, how are you?", "how_are_you"),
        ("thank you so much", "thanks"),
        ("ok thanks, bye", "goodbye"),
        ("who are you?", "identity"),
        ("are you an AI", "identity"),
        ("what can you do for me?", "abilities"),
        ("tell me a joke", "joke"),
        ("you're useless", "complaint"),
        ("that's not what I asked", "complaint"),
        ("you’re the best!", "compliment"),
        ("I'm so tired today", "tired"),
        ("look, I'm tired", "tired"),
        ("haha", "laughter"),
        ("yes", "yes"),
        ("never mind", "leave"),
        ("你好", "greeting"),
        ("你好，最近怎么样？", "how_are_you"),
        ("好的，谢谢，再见", "goodbye"),
        ("你是谁", "identity"),
        ("你能做什么？", "abilities"),
        ("讲个笑话吧", "joke"),
        ("我好难过", "sad"),
        ("你真笨", "complaint"),
        ("算了", "leave"),
    ],
)
def test_talk_is_recognized_and_answered_in_kind(text: str, kind: str) -> None:
    request = asked(text)
    assert is_talk(text)
    assert whole_kind(text) == kind
    assert is_of(talk(request), kind, chinese=request.chinese)


@pytest.mark.parametrize(
    "text",
    [
        "hi, read this receipt",
        "hello, what time is it in Tokyo?",
        "thanks, and the date?",
        "ok, look again",
        "no, the other one",
        "look",
        "what is in this picture?",
        "help me read this letter",
        "write down what she says",
        "write an article about what is in this document",
        "what can you see?",
        "how does she sound?",
        "who is speaking",
        "I'm tired, read it to me aloud",
        "translate this letter into French",
        "compose a song about rain",
        "design a birthday card with a cat",
        "make a list of the items on the receipt",
        "翻译这封邮件",
        "translate good morning into French",
        "remember that my locker is number 42",
        "你好，帮我看看这张图",
        "谢谢，再读一遍",
        "她说了什么",
        "好的，现在几点",
        "",
    ],
)
def test_what_wants_a_tool_is_not_talk(text: str) -> None:
    assert not is_talk(text)


@pytest.mark.parametrize("text", ["hello", "good morning", "你好"])
def test_a_greeting_is_never_repeated(text: str) -> None:
    replies: list[str] = []
    for turn in range(1, 7):
        before = replies[-1] if replies else ""
        replies.append(talk(asked(text, before=before, turn=turn), earlier=replies))
    assert len(set(replies)) == 6


def test_the_last_wording_is_not_taken_even_where_the_turns_are_not_known() -> None:
    last = ""
    for text in ("thanks", "thank you", "thx", "thanks a lot", "thanks", "thanks"):
        reply = talk(asked(text, before=last))
        assert reply != last
        last = reply


def test_the_same_request_gets_the_same_reply() -> None:
    assert talk(asked("hello")) == talk(asked("hello"))


@pytest.mark.parametrize(
    ("text", "feeling", "kind"),
    [
        ("my grandmother died yesterday", "sadness", "grief"),
        ("nobody ever visits me anymore", "", "lonely"),
        ("I am worried about my exam", "fear", "fear"),
        ("I finally passed my driving test, I am so happy!", "joy", "happy"),
        ("so proud of my son", "joy", "proud"),
        ("I've got a terrible cold", "sadness", "sick"),
        ("my boss took all the credit again", "anger", "anger"),
        ("the flat is so quiet since they moved out", "sadness", "sad"),
        ("I'm not sad", "", "small_talk"),
        ("I'm not happy", "", "sad"),
        ("I want to die", "sadness", "crisis"),
        ("我奶奶上周去世了", "sadness", "grief"),
        ("我为儿子感到骄傲", "", "proud"),
        ("我担心明天的考试", "fear", "fear"),
        ("我今天不开心", "", "sad"),
    ],
)
def test_a_reply_leans_on_the_feeling(text: str, feeling: str, kind: str) -> None:
    request = asked(text, feeling)
    reply = talk(request)
    assert is_of(reply, kind, chinese=request.chinese), reply
    assert reply.count("?") + reply.count("？") <= 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("write me an email to my landlord", "writing an email"),
        ("please write a poem about the sea", "writing a poem"),
        ("write a python function that sorts a list", "writing code"),
        ("make me a workout plan", "making a plan"),
        ("tell me a story", "telling a story"),
        ("write a sad poem", "writing a poem"),
    ],
)
def test_a_task_for_a_writer_is_named_with_the_command(text: str, what: str) -> None:
    reply = talk(asked(text))
    assert is_talk(text)
    assert what in reply.lower()
    assert ADD_A_MODEL in reply


@pytest.mark.parametrize(
    ("text", "what"), [("帮我写封邮件给房东", "写邮件"), ("写一首关于春天的诗", "写诗")]
)
def test_a_task_in_chinese_too(text: str, what: str) -> None:
    reply = talk(asked(text))
    assert is_talk(text)
    assert what in reply
    assert ADD_A_MODEL_ZH in reply


@pytest.mark.parametrize(
    "text", ["who wrote Hamlet?", "why is the sky blue", "how do I boil an egg"]
)
@pytest.mark.parametrize("feeling", ["", "sadness", "surprise"])
def test_what_the_world_knows_it_does_not(text: str, feeling: str) -> None:
    reply = talk(asked(text, "" if text.startswith("how do I") else feeling))
    assert is_of(reply, "knowledge")
    assert ADD_A_MODEL in reply
    assert "document" in reply


@pytest.mark.parametrize(
    ("text", "what", "name"),
    [
        ("what's the weather like in Oslo?", "weather", "weather"),
        ("set an alarm for 7", "alarms", "set_alarm"),
        ("turn on the lights", "lights", "switch"),
        ("search the web for vegan restaurants", "web", "search_web"),
        ("今天天气怎么样", "天气", "weather"),
        ("定个七点的闹钟", "闹钟", "set_alarm"),
    ],
)
def test_a_wish_without_a_tool_is_named_with_the_way_to_add_one(
    text: str, what: str, name: str
) -> None:
    reply = talk(asked(text))
    assert what in reply.lower()
    assert f"Assistant(tools=[{name}])" in reply
    assert not is_talk(text)  # a tool of the person's own may do it


def test_what_it_can_do_is_what_is_installed() -> None:
    reply = talk(asked("what can you do?"), deeds=["look at a picture", "calculate", "sing"])
    assert "look at a picture, calculate and sing" in reply
    assert "看图片、计算" in talk(asked("你会什么"), deeds=["看图片", "计算"])


def test_the_words_of_a_feeling_in_a_question_are_no_feeling() -> None:
    assert leaning_kind("what is a sick building?") == ""
    assert leaning_kind("who wrote The Happy Prince?") == ""


def test_every_kind_has_four_wordings_in_both_languages() -> None:
    assert ENGLISH.keys() == CHINESE.keys()
    for wordings in (*ENGLISH.values(), *CHINESE.values()):
        assert len(set(wordings)) >= 4


@pytest.mark.parametrize("wording", [w for d in (ENGLISH, CHINESE) for v in d.values() for w in v])
def test_no_wording_pretends_that_something_was_done(wording: str) -> None:
    gate = Gate((), 0)
    gate.feed(wording)
    gate.rest()
    assert not gate.held
