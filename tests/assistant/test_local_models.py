"""A language model in this process: real transformers, on tiny models made here."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Settings, events
from assistant.errors import UnavailableError
from tests.assistant.chat_made import STRICT, network, saved, tokenizer
from tools.errors import BadInput, Cancelled, Unavailable

pytestmark = pytest.mark.models
pytest.importorskip("torch")

CALL = '<tool_call>{"name": "calculate", "arguments": {"expression": "6*7"}}</tool_call>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = tokenizer()
    return saved(tmp_path_factory.mktemp("tiny"), words, network(words))


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says two things by heart: a call, and what follows the tool's answer.

    Its generation_config raises each next token of the two after what came before.
    """
    words = tokenizer()
    model = network(words, window=32_768)
    bias = []
    for before, said in (("6 times 7?", CALL), (">>>", "It is 42.")):
        head = words(f"{before}<|im_end|>\n<|im_start|>assistant\n")["input_ids"]
        tail = words(f"{said}<|im_end|>")["input_ids"]
        bias += [[head + tail[: n + 1], 1000.0] for n in range(len(tail))]
    model.generation_config.sequence_bias = bias
    return saved(tmp_path_factory.mktemp("caller"), words, model)


def engine(folder: Path) -> Any:
    from tools.engines.transformers_text import LanguageModel

    return LanguageModel(folder, "cpu")


ASKED = [{"role": "user", "content": "Tell me of 你好 and naïve cafés."}]


def test_it_says_what_the_library_says_token_for_token(folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    words = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    ids = words.apply_chat_template(
        ASKED, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )["input_ids"]
    whole = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=60)
    expected = words.decode(whole[0, ids.shape[1] :], skip_special_tokens=False)

    pieces: list[str] = []
    mine = engine(folder)
    assert mine.prompt(ASKED, []) == ids[0].tolist()
    said = mine.generate(ASKED, max_new_tokens=60, on_text=pieces.append)
    assert said.text == expected.removesuffix("<|im_end|>")
    assert "".join(pieces) == said.text
    assert len(pieces) > 10
    assert said.prompt_tokens == ids.shape[1]


def test_the_models_own_template_gets_the_tools_and_their_answers(folder: Path) -> None:
    tool = {"type": "function", "function": {"name": "clock", "description": "", "parameters": {}}}
    call = {"function": {"name": "clock", "arguments": {}}}
    messages = [
        {"role": "user", "content": "when?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "name": "clock", "content": "noon"},
    ]
    text = engine(folder)._written(messages, [tool])
    assert '"name": "clock"' in text.partition("when?")[0]
    assert '<tool_call>{"name": "clock", "arguments": {}}</tool_call>' in text
    assert "<|im_start|>tool\nnoon" in text


def test_a_template_that_knows_no_tools_gets_them_as_text(tmp_path: Path) -> None:
    words = tokenizer(STRICT)
    mine = engine(saved(tmp_path, words, network(words)))
    tool = {"type": "function", "function": {"name": "clock", "description": "Tells the time."}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "when?"},
        {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "clock"}}]},
        {"role": "tool", "name": "clock", "content": "noon"},
    ]
    text = mine._written(messages, [tool])
    assert text.startswith("[user] Be brief.")
    assert "Tells the time." in text
    assert "[assistant] <tool_call>" in text
    assert "[user] <tool_response>noon</tool_response>" in text


def test_a_whole_turn_with_a_tool(caller: Path, home: Path) -> None:
    settings = Settings(home=home, model=f"hf:{caller}", sense_feelings=False, reply_tokens=120)
    with Assistant(settings=settings) as assistant:
        stream = assistant.stream("6 times 7?")
        shown = "".join(e.text for e in stream if isinstance(e, events.TextDelta))
    assert stream.reply is not None
    assert [(r.tool, r.ok) for r in stream.reply.receipts] == [("calculate", True)]
    assert stream.reply.text == shown == "It is 42."
    assert stream.reply.model == str(caller)


def test_it_counts_its_tokens_and_tells_its_window(folder: Path) -> None:
    mine = engine(folder)
    assert mine.count("naïve") == 6  # bytes
    assert mine.window == 8192
    assert mine.memory_bytes > 300_000


def test_cancelling_stops_it_before_the_next_token(folder: Path) -> None:
    mine, pieces = engine(folder), []
    stop = threading.Event()

    def heard(text: str) -> None:
        pieces.append(text)
        stop.set()

    with pytest.raises(Cancelled):
        mine.generate(ASKED, max_new_tokens=2000, on_text=heard, cancelled=stop.is_set)
    assert len(pieces) <= 2  # the second may be the rest of a character


def test_cancelling_stops_it_while_it_reads_the_prompt(folder: Path) -> None:
    mine, asked, pieces = engine(folder), [], []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2  # at the beginning, and before its two layers

    with pytest.raises(Cancelled):
        mine.generate(ASKED, max_new_tokens=5, on_text=pieces.append, cancelled=cancelled)
    assert len(asked) == 3
    assert not pieces


def test_a_task_that_is_cancelled_stops_the_engine(folder: Path) -> None:
    from assistant.brain.local import LocalModel
    from tools.runtime import Slot

    slot: Any = Slot("tiny", lambda: engine(folder))
    model = LocalModel.of("tiny", slot, 100_000)

    async def begin_and_leave() -> None:
        async for _ in model.astream("hello"):
            break

    asyncio.run(begin_and_leave())
    assert slot.submit(lambda: "free").result(timeout=20) == "free"


@pytest.mark.parametrize(
    ("said", "calls"),
    [(CALL, [("calculate", {"expression": "6*7"})]), (CALL.replace('7"}}', ""), [])],
    ids=["whole", "cut off"],
)
def test_a_template_for_answers_reads_the_calls_that_keep_to_it(
    folder: Path, said: str, calls: list[tuple[str, dict[str, str]]]
) -> None:
    from assistant.brain.local import _understood
    from tools.engines.transformers_text import Completion

    mine = engine(folder)
    tool = {"type": "function", "function": {"name": "calculate", "parameters": {}}}
    mine._tokenizer.response_template = {
        "start_anchor": "<|im_start|>assistant\n",
        "defaults": {"role": "assistant"},
        "fields": {
            "content": {"optional": True},
            "tool_calls": {
                "open": "<tool_call>",
                "close": "</tool_call>",
                "repeats": True,
                "optional": True,
                "content": "json",
                "transform": {"type": "function", "function": "{content}"},
            },
        },
    }
    ids = mine._tokenizer(said, add_special_tokens=False)["input_ids"]
    parsed = mine._parsed(ids, mine.prompt(ASKED, [tool]), [tool])
    assert (parsed is not None) == bool(calls)
    found = _understood(Completion(said, 1, len(ids), parsed), [tool])[1]
    assert [(c["name"], c["args"]) for c in found] == calls


@pytest.fixture
def small(tmp_path: Path) -> Any:
    words = tokenizer()
    return engine(saved(tmp_path, words, network(words, window=64)))


def test_a_conversation_longer_than_the_window_is_said(small: Any) -> None:
    with pytest.raises(BadInput, match="64"):
        small.generate([{"role": "user", "content": "x" * 200}])


def test_an_answer_ends_at_the_window(small: Any) -> None:
    said = small.generate([{"role": "user", "content": "x"}], max_new_tokens=500)
    assert said.prompt_tokens + said.tokens <= 64


def test_a_model_that_does_not_converse_is_refused(tmp_path: Path) -> None:
    words = tokenizer(None)
    with pytest.raises(Unavailable, match="no chat template"):
        engine(saved(tmp_path, words, network(words)))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("acme/not-here", "hf download acme/not-here"),
        ("/no/such/folder", "no model at /no/such/folder"),
    ],
)
def test_missing_weights_are_said_with_their_remedy(name: str, says: str, home: Path) -> None:
    settings = Settings(home=home, model=f"hf:{name}")
    with Assistant(settings=settings) as assistant, pytest.raises(UnavailableError) as caught:
        assistant.ask("hello")
    assert says in str(caught.value)


def test_damaged_weights_are_one_sentence(folder: Path, tmp_path: Path) -> None:
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(Unavailable):
        engine(broken)


def test_importing_the_packages_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys, pkgutil, importlib, assistant, tools, memory\n"
        "from assistant import Assistant, Settings\n"
        "for package in (assistant, tools, memory):\n"
        "    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if not found.name.endswith(('__main__', '_worker')):\n"
        "            importlib.import_module(found.name)\n"
        "heavy = {'torch', 'transformers', 'TTS', 'piper', 'faster_whisper'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
