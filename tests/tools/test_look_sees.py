"""What ``look`` does with a model that sees: when it is asked, what it is told, what is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pil
from PIL import ImageDraw, ImageFont

from assistant.agent.execute import MOST_ITEMS, resolve
from tools.base import Call, Context, Item, Tool, ToolResult
from tools.engines import rapidocr, zxing
from tools.errors import Cancelled, Failed, OutOfMemory, Retry, ToolError, Unavailable
from tools.function import tool
from tools.media.image import Image
from tools.runtime import Slot
from tools.vision.follow_ups import FollowUps
from tools.vision.look import Look

OCR = Slot("RapidOCR", rapidocr.load)
CODES = Slot("zxing-cpp", zxing.load)
MAN = "What is the man doing?"


class Seer:
    """Stands in for a model's weights: says what it was asked, and remembers it."""

    name = "seer-7b"

    def __init__(self, error: ToolError | None = None) -> None:
        self.asked: list[tuple[int, str, list[tuple[str, str]]]] = []
        self.threads: set[str] = set()
        self.error = error
        self.during: Callable[[], object] = lambda: None

    def answer(
        self,
        images: Sequence[Image],
        question: str,
        history: Sequence[tuple[str, str]] = (),
        *,
        cancelled: Callable[[], bool],
        on_text: Callable[[str], object] | None = None,
    ) -> str:
        self.asked.append((len(images), question, list(history)))
        self.threads.add(threading.current_thread().name)
        if self.error is not None:
            raise self.error
        said = ""
        for word in ("A ", "man ", f"in {images[0].width} pixels."):
            self.during()
            if cancelled():
                raise Cancelled("It was stopped before it finished.")
            said += word
            if on_text is not None:
                on_text(word)
        return said


@pytest.fixture
def seer() -> Seer:
    return Seer()


@pytest.fixture
def look(seer: Seer) -> Look:
    return Look(OCR, CODES, Slot("seer", lambda: seer))


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    """Two pictures without print, of different sizes."""
    folder = tmp_path_factory.mktemp("photos")
    items = []
    for number, width in ((1, 480), (2, 360)):
        picture = Pil.effect_noise((width, 320), 60).convert("RGB")
        picture.paste((210, 20, 20), (60, 150, 180, 260))
        picture.save(folder / f"{number}.png")
        path = folder / f"{number}.png"
        items.append(Item(f"image:{number}", "image", path, "image/png", path.name, f"sha{number}"))
    return items


@pytest.fixture(scope="module")
def receipt(tmp_path_factory: pytest.TempPathFactory) -> Item:
    picture = Pil.new("RGB", (520, 330), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(28)
    for number, (name, price) in enumerate(
        [("Apples", "3.48"), ("Oil", "7.20"), ("TOTAL", "10.68")]
    ):
        draw.text((40, 40 + 60 * number), name, fill="black", font=font)
        draw.text((400, 40 + 60 * number), price, fill="black", font=font)
    path = tmp_path_factory.mktemp("receipt") / "receipt.png"
    picture.save(path)
    return Item("image:1", "image", path, "image/png", path.name, "")


def ask(
    look: Look, item: Item, question: str, *others: Item, context: Context | None = None
) -> ToolResult:
    call = Call({"image": item, "question": question, "others": others})
    return look.run(call, context or Context(session="s"))


# --- when it is asked --------------------------------------------------------------------


def test_it_is_asked_only_what_the_facts_leave_open(
    look: Look, seer: Seer, photos: list[Item], receipt: Item
) -> None:
    assert ask(look, photos[0], "How big is this picture?").text.startswith("It is 480 x 320")
    assert ask(look, receipt, "What's the total?").text == "It reads: “TOTAL  10.68”."
    assert seer.asked == []
    result = ask(look, photos[0], MAN)
    assert (result.text, result.data["answered"]) == ("A man in 480 pixels.", True)
    assert result.engine == "measurement, RapidOCR, zxing-cpp, seer-7b"
    assert [question for _, question, _ in seer.asked] == [MAN]


def test_it_works_in_its_own_slots_thread(look: Look, seer: Seer, photos: list[Item]) -> None:
    ask(look, photos[0], MAN)
    assert {name.partition("_")[0] for name in seer.threads} == {"slot-seer"}
    assert look.slot is None  # so that the engines that measure wait for no answer of the model


def test_a_photo_is_described_by_it(look: Look, seer: Seer, photos: list[Item]) -> None:
    result = ask(look, photos[0], "")
    assert result.text == "A man in 480 pixels."
    assert seer.asked == [(1, "Describe the picture.", [])]


def test_what_is_read_exactly_stands_beside_a_description(look: Look, receipt: Item) -> None:
    result = ask(look, receipt, "What is in this picture?")
    assert result.text.startswith("A man in 520 pixels.\nIt says:\nApples  3.48\n")
    assert {source.quote for source in result.sources} >= {"TOTAL", "10.68"}
    assert result.data["described"] == "A man in 520 pixels."


def test_a_page_is_first_what_it_says(look: Look, tmp_path: Path) -> None:
    page = Pil.new("RGB", (640, 260), "white")
    for number, line in enumerate(["The harvest festival opens", "Bring warm clothes"]):
        font = ImageFont.load_default(30)
        ImageDraw.Draw(page).text((40, 60 + 50 * number), line, fill="black", font=font)
    page.save(tmp_path / "page.png")
    item = Item("image:1", "image", tmp_path / "page.png", "image/png", "page.png", "")
    text = ask(look, item, "Describe this picture").text
    assert text.endswith("Bring warm clothes\nA man in 640 pixels.")
    assert "The harvest festival opens" in text


def test_a_blank_picture_needs_no_model(look: Look, seer: Seer, tmp_path: Path) -> None:
    Pil.new("RGB", (300, 200), "white").save(tmp_path / "a.png")
    blank = Item("image:1", "image", tmp_path / "a.png", "image/png", "a.png", "")
    assert ask(look, blank, "What is in this picture?").text.startswith("The picture is blank")
    assert seer.asked == []


def test_without_a_model_the_facts_and_the_remedy_stand(photos: list[Item]) -> None:
    result = ask(Look(OCR, CODES), photos[0], MAN)
    assert "`ollama pull llava`" in result.text
    assert result.data["answered"] is False
    assert "vision model" in Look(OCR, CODES).limits


def test_a_brain_is_told_whether_it_sees(look: Look) -> None:
    assert look.limits == ""
    assert "what is in it" in look.description
    assert look.engine() == "RapidOCR, zxing-cpp, seer"


# --- what is shown while it answers ------------------------------------------------------


def test_the_answer_is_shown_while_it_grows(look: Look, photos: list[Item]) -> None:
    shown: list[str] = []
    context = Context(progress=lambda _, message: shown.append(message))
    ask(look, photos[0], MAN, context=context)
    assert shown[-3:] == ["A ", "A man ", "A man in 480 pixels."]


def test_a_cancelled_answer_ends_at_once(look: Look, seer: Seer, photos: list[Item]) -> None:
    words: list[str] = []
    context = Context(progress=lambda _, message: words.append(message))
    seer.during = lambda: context.cancel() if "A " in words else None
    with pytest.raises(Cancelled):
        ask(look, photos[0], MAN, context=context)
    assert words[-1] == "A "


def test_it_gives_signs_of_life_while_it_is_loaded(
    seer: Seer, photos: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.vision.look._BEAT", 0.01)
    alive = threading.Semaphore(0)

    def load() -> Seer:
        for _ in range(3):
            assert alive.acquire(timeout=30)
        return seer

    context = Context(progress=lambda *_: alive.release())
    assert ask(Look(OCR, CODES, Slot("seer", load)), photos[0], MAN, context=context).text


def test_whoever_is_cancelled_does_not_wait_for_the_answer_of_another(
    look: Look, photos: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.vision.look._BEAT", 0.01)
    assert look._vision is not None
    done = threading.Event()
    busy = look._vision.submit(lambda: done.wait(30))
    context = Context(progress=lambda *_: context.cancel())
    with pytest.raises(Cancelled):
        ask(look, photos[0], MAN, context=context)
    done.set()
    assert busy.result()


# --- where it fails ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("The weights of seer are missing.", "Run: hf download seer"),
        OutOfMemory("seer does not fit into memory.", "Name a smaller model."),
        Failed("seer could not work on that.", "Try another picture."),
    ],
)
def test_where_it_fails_the_facts_stand_and_the_person_is_told(
    error: ToolError, photos: list[Item]
) -> None:
    notices: list[str] = []
    look = Look(OCR, CODES, Slot("seer", lambda: Seer(error)))
    result = ask(look, photos[0], MAN, context=Context(notice=notices.append))
    assert result.text == ask(Look(OCR, CODES), photos[0], MAN).text
    assert "seer" not in result.engine
    assert notices == [f"The picture was only measured: {error}"]


def test_a_model_that_cannot_be_loaded_costs_no_answer(photos: list[Item]) -> None:
    def load() -> Any:
        raise Unavailable("There is no model at /nowhere.", "Check the path in the settings.")

    notices: list[str] = []
    look = Look(OCR, CODES, Slot("seer", load))
    result = ask(look, photos[0], MAN, context=Context(notice=notices.append))
    assert result.data["answered"] is False
    assert "Check the path in the settings." in notices[0]


# --- follow-ups --------------------------------------------------------------------------


def test_a_follow_up_knows_what_was_asked_and_answered(
    look: Look, seer: Seer, photos: list[Item]
) -> None:
    first = ask(look, photos[0], MAN).text
    size = ask(look, photos[0], "How big is this picture?").text
    ask(look, photos[0], "Why does he do that?")
    assert seer.asked[-1][2] == [(MAN, first), ("How big is this picture?", size)]
    ask(look, photos[1], "And who is he?")  # another picture
    assert seer.asked[-1][2] == []
    ask(look, photos[0], "Who is he?", context=Context(session="another"))
    assert seer.asked[-1][2] == []


def test_what_is_kept_of_follow_ups_is_bounded() -> None:
    kept = FollowUps(pictures=2, turns=2)
    for number in range(4):
        kept.keep("s", ["a"], f"q{number}", "x" * 5000)
    assert [q for q, _ in kept.before("s", ["a"], "")] == ["q2", "q3"]
    assert all(len(answer) <= 600 for _, answer in kept.before("s", ["a"], ""))
    kept.keep("s", ["a"], "q2", "again")
    assert kept.before("s", ["a"], "") == (("q3", "x" * 600), ("q2", "again"))
    assert kept.before("s", ["a"], "q2") == (("q3", "x" * 600),)
    kept.keep("s", ["b"], "q", "a")
    kept.keep("s", ["c"], "q", "a")
    assert kept.before("s", ["a"], "") == ()
    assert kept.before("s", ["b"], "") == (("q", "a"),)


# --- several pictures --------------------------------------------------------------------


def test_several_pictures_go_to_it_together(look: Look, seer: Seer, photos: list[Item]) -> None:
    ask(look, photos[0], "What differs?", photos[1], photos[0])
    assert seer.asked == [(2, "What differs?", [])]
    ask(look, photos[0], "And what else?", photos[1])
    assert [q for q, _ in seer.asked[-1][2]] == ["What differs?"]


def test_facts_of_several_pictures_stand_behind_their_handles(
    look: Look, seer: Seer, photos: list[Item]
) -> None:
    lines = ask(look, photos[0], "How big is this picture?", photos[1]).text.splitlines()
    assert lines[0].startswith("image:1: It is 480 x 320")
    assert lines[1].startswith("image:2: It is 360 x 320")
    assert seer.asked == []


@pytest.mark.parametrize(
    "given",
    [
        ["image:1", "image:2"],
        "image:1, image:2",
        "image:1 image:2",
        '["image:1", "image:2"]',
        ["[image:1]", "image:2", "image:2"],
    ],
)
def test_handles_come_as_a_list_or_in_one_string(
    given: Any, look: Look, photos: list[Item]
) -> None:
    items = {item.handle: item for item in photos}
    arguments = resolve(look, {"image": "image:1", "others": given}, items)
    assert Call(arguments).items("others") == tuple(photos)
    assert Call(arguments).items("question") == ()
    assert look.schema()["properties"]["others"]["items"] == {"type": "string"}


@pytest.mark.parametrize("given", ["", [], None])
def test_others_may_be_left_out(given: Any, look: Look, photos: list[Item]) -> None:
    items = {item.handle: item for item in photos}
    assert "others" not in resolve(look, {"image": "image:1", "others": given}, items)


def test_a_wrong_handle_among_several_is_named(look: Look, photos: list[Item]) -> None:
    items = {item.handle: item for item in photos}
    with pytest.raises(Retry, match=r"no 'image:9' in this conversation. Use one of: image:1"):
        resolve(look, {"image": "image:1", "others": "image:2,image:9"}, items)
    with pytest.raises(Retry, match="at most"):
        resolve(look, {"image": "image:1", "others": ["image:2"] * (MOST_ITEMS + 1)}, items)


def test_a_persons_own_function_may_take_several(photos: list[Item]) -> None:
    @tool(takes={"pictures": "image"})
    def collage(pictures: Sequence[Item]) -> str:
        """Lay pictures side by side."""
        return " ".join(item.handle for item in pictures)

    made: Tool = collage
    items = {item.handle: item for item in photos}
    arguments = resolve(made, {"pictures": "image:2,image:1"}, items)
    result = made.run(Call(arguments), Context())
    assert isinstance(result, ToolResult)
    assert result.text == "image:2 image:1"
