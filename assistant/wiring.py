"""Settings become an assistant: the one place where tools and memory meet."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import engines
from assistant.agent.ledger import sweep
from assistant.errors import UsageError, from_store, from_tool
from tools.base import Call, Context, Item, Tool
from tools.errors import BadInput, ToolError
from tools.function import FunctionTool, tool
from tools.runtime import Budget, Slot

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

    from assistant.agent.claim_head import ClaimReader
    from assistant.brain.builtin.route import Router
    from assistant.settings import Settings
    from memory.blobs import Blobs
    from memory.conversations import Conversations
    from memory.facts import Facts
    from memory.knowledge import Knowledge
    from memory.records import Message, Section
    from memory.store import Store
    from tools.emotion.feeling import Feeling
    from tools.encoder import Encoder
    from tools.media.image import Image
    from tools.reading.find import Found
    from tools.reading.material import Material
    from tools.reading.reader import Reader

RECENT = 200
"""Messages of a conversation that a turn looks back on."""
BACKLOG = 5000
"""Messages that are read where more than these have no summary yet."""
QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "CHROMA_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "OTEL_SDK_DISABLED": "true",
}
"""What keeps the dependencies from calling home; set before any of them is imported."""


@dataclass
class House:
    """All the parts, made on first use; :meth:`close` ends what was started."""

    settings: Settings
    extra: tuple[Tool, ...] = ()
    _language_models: dict[str, Slot[Any]] = field(default_factory=dict)

    @cached_property
    def store(self) -> Store:
        from memory.store import Store

        return Store(self.settings.home)

    @cached_property
    def conversations(self) -> Conversations:
        from memory.conversations import Conversations

        return Conversations(self.store)

    @cached_property
    def blobs(self) -> Blobs:
        from memory.blobs import Blobs

        return Blobs(self.store)

    @cached_property
    def held(self) -> Path:
        """Where the files of turns lie that are not meant for real yet."""
        folder = self.settings.home / "held"
        sweep(folder)
        return folder

    @cached_property
    def encoder(self) -> Encoder:
        from tools.encoder import Encoder

        return Encoder()

    @cached_property
    def facts(self) -> Facts:
        from memory.facts import Facts

        return Facts(
            self.store,
            self.encoder.encode,
            encoder=self.encoder.name,
            unknown=self.encoder.unknown_share,
        )

    @cached_property
    def knowledge(self) -> Knowledge:
        from memory.knowledge import Knowledge

        return Knowledge(
            self.store,
            encode=self.encoder.encode,
            encoder=self.encoder.name,
            read=self.read,
            unknown=self.encoder.unknown_share,
        )

    @cached_property
    def ocr(self) -> Slot[Any]:
        from tools.engines import rapidocr

        return Slot("RapidOCR", rapidocr.load)

    @cached_property
    def codes(self) -> Slot[Any]:
        from tools.engines import zxing

        return Slot("zxing-cpp", zxing.load)

    @cached_property
    def budget(self) -> Budget:
        return engines.budget(self.settings)

    @cached_property
    def vision(self) -> Slot[Any] | None:
        return engines.seeing(self.settings, self.budget)

    @cached_property
    def recognizer(self) -> Slot[Any]:
        return engines.hearing(self.settings, self.budget)

    @cached_property
    def synthesizer(self) -> Slot[Any]:
        return engines.speaking(self.settings, self.budget)

    def language_model(self, name: str) -> Slot[Any]:
        """The slot of a language model in this process; one for each name."""
        if name not in self._language_models:
            self._language_models[name] = engines.language(name, self.settings, self.budget)
        return self._language_models[name]

    @cached_property
    def tools(self) -> dict[str, Tool]:
        """Every tool by name: built in, installed by other packages, the caller's own.

        Raises:
            UsageError: two have the same name.
        """
        from tools.registry import collect, installed

        try:
            return collect(self._built_in(), installed(), self.extra)
        except BadInput as error:
            raise UsageError(error.message, error.remedy) from error
        except ToolError as error:
            raise from_tool(error) from error

    def _built_in(self) -> list[Tool]:
        from tools.emotion.sense import SenseEmotion
        from tools.everyday.calculate import Calculate
        from tools.everyday.clock import Clock
        from tools.language.read_document import ReadDocument
        from tools.language.recall import Recall, RecalledFact
        from tools.language.remember import Remember
        from tools.language.search_knowledge import Passage, SearchKnowledge
        from tools.speech.speak import Speak
        from tools.speech.transcribe import Transcribe
        from tools.vision.look import Look
        from tools.vision.read_text import ReadText
        from tools.vision.scan_codes import ScanCodes

        def search(query: str, limit: int) -> list[Passage]:
            return [
                Passage(hit.source, hit.locator, hit.text, hit.score)
                for hit in self.knowledge.search(query, limit)
            ]

        def recall(query: str, limit: int) -> list[RecalledFact]:
            return [
                RecalledFact(fact.text, fact.created, score)
                for fact, score in self.facts.search(query, limit)
            ]

        def keep(text: str, session: str, turn_id: str) -> str:
            return self.facts.keep(text, session, turn_id).text

        return [
            Look(self.ocr, self.codes, self.vision, answering=self.answering),
            ReadText(self.ocr, self.answering),
            ScanCodes(self.codes),
            Transcribe(self.recognizer, self.answering),
            Speak(self.synthesizer),
            ReadDocument(ocr=self.read_picture, rank=self.rank, answering=self.answering),
            SearchKnowledge(search, self.answering),
            Remember(keep),
            Recall(recall),
            SenseEmotion(self.encoder),
            Calculate(),
            Clock(),
        ]

    @cached_property
    def router(self) -> Router:
        from assistant.brain.builtin.route import Router

        return Router(tuple(self.tools.values()), self.encoder, self.settings.home / "cache")

    def likely(self, text: str, kinds: Sequence[str]) -> Mapping[str, float]:
        """The chance, 0..1, that a request with such attachments wants each tool."""
        return self.router.scores(text, kinds)

    @cached_property
    def claims(self) -> ClaimReader:
        """What reads the claims in a reply; loaded at the first, or when it is prepared."""
        from assistant.agent.claim_head import shipped

        return shipped()

    @cached_property
    def reader(self) -> Reader:
        from tools.reading.reader import Reader

        return Reader(self.encoder)

    def answering(self, question: str, material: Material) -> Found | None:
        """What answers a question in a material that a tool has read."""
        from tools.reading.find import answer

        return answer(question, material, self.reader)

    def read_picture(self, pixels: PilImage) -> str:
        """The text in a PIL image, for documents whose pages are pictures."""
        from tools.media.image import Image

        picture = Image(pixels.convert("RGB"), pixels.width, pixels.height, "")
        return self._ocr_text(picture)

    def _ocr_text(self, picture: Image) -> str:
        # In the slot's thread: the engine serves one caller at a time.
        page = self.ocr.submit(lambda: self.ocr.get().read(picture)).result()
        return str(page.text)

    def rank(self, question: str, texts: Sequence[str]) -> list[float]:
        """How near each text is to the question, by meaning; cosine, -1..1."""
        vectors = self.encoder.encode([question, *texts])
        return [float(v) for v in vectors[1:] @ vectors[0]]

    def read(self, path: Path) -> list[Section]:
        """A file's text for the knowledge store: documents, pictures, recordings alike."""
        from memory.records import Section
        from tools import documents
        from tools.media.sniff import sniff

        kind = sniff(path).kind
        if kind == "image":
            from tools.media.image import open_image

            text = self._ocr_text(open_image(path))
            return [Section(text, "")] if text.strip() else []
        if kind in {"audio", "video"}:
            from assistant.agent.execute import served

            item = Item(f"{kind}:1", kind, path, "", path.name, "")
            call = Call({"audio": item})
            transcribe = self.tools["transcribe"]
            heard: Any = self.recognizer.submit(
                lambda: served(transcribe, call, Context())
            ).result()
            return [Section(s.quote, s.locator) for s in heard.sources]
        document = documents.read(path, ocr=self.read_picture)
        return [Section(s.text, s.locator, s.heading) for s in document.sections]

    @cached_property
    def sense(self) -> Callable[[str], Feeling | None] | None:
        """How a text sounds; None where feelings are switched off."""
        if not self.settings.sense_feelings:
            return None
        from tools.emotion.sense import SenseEmotion

        sensor = self.tools.get("sense_emotion")
        return sensor.sense_text if isinstance(sensor, SenseEmotion) else None

    def recent(self, session: str, after: int | None = None) -> list[Message]:
        """The last of a conversation, and no more than that is read; or all ``after`` a message."""
        if after is None:
            return self.conversations.history(session, RECENT)
        return self.conversations.history(session, BACKLOG, after=after)

    def known_facts(self, query: str, limit: int) -> list[str]:
        """What is remembered about the query; costs nothing while nothing is remembered."""
        if not self.facts.count():
            return []
        return [fact.text for fact, _ in self.facts.search(query, limit)]

    def stored(self) -> list[str]:
        """The lookups that have something to search: what was told, what was added."""
        kept = ["recall"] if self.facts.count() else []
        return [*kept, "search_knowledge"] if self.knowledge.count() else kept

    def close(self) -> None:
        slots = ("ocr", "codes", "vision", "recognizer", "synthesizer")
        for slot in (*map(self.__dict__.get, slots), *self._language_models.values()):
            if slot is not None:
                slot.unload()
        for name in ("knowledge", "encoder", "store"):
            if name in self.__dict__:
                close = getattr(self.__dict__[name], "close", None)
                if callable(close):
                    close()


def open_house(settings: Settings, extra: Sequence[Tool | Callable[..., Any]] = ()) -> House:
    """The parts for these settings; plain functions among ``extra`` become tools.

    Raises:
        AssistantError: the folder cannot be opened, or two tools have the same name.
    """
    from memory.errors import StoreError

    os.environ.update(QUIET)
    own = tuple(t if isinstance(t, Tool) else _function_tool(t) for t in extra)
    house = House(settings, own)
    try:
        _ = house.conversations
    except StoreError as error:
        raise from_store(error) from error
    return house


def _function_tool(function: Callable[..., Any]) -> FunctionTool:
    try:
        return tool(function)
    except TypeError as error:
        raise UsageError(str(error), "Mend the function, or use @tool(...).") from error
