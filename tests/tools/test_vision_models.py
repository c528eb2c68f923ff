"""Models that see, loaded by the real library from folders made here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pil

from tests.tools import vision_made
from tools.engines.features import FeatureCache
from tools.engines.transformers_loading import expected_bytes
from tools.engines.transformers_vision import TransformersVision
from tools.errors import BadInput, Cancelled, OutOfMemory, Unavailable
from tools.media.image import Image

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
safetensors = pytest.importorskip("safetensors.torch")

pytestmark = pytest.mark.models

MAKERS: dict[str, Callable[[Path], Path]] = {
    "llava": vision_made.llava,
    "llava_next": vision_made.llava_next,
    "llava_onevision": vision_made.llava_onevision,
    "qwen2_vl": vision_made.qwen2_vl,
}
QUESTION = "what is in this picture"
TOKENS = 24


def picture(seed: int, size: tuple[int, int] = (61, 40)) -> Image:
    blocks = np.random.default_rng(seed).integers(0, 255, (4, 6, 3), np.uint8)
    pixels = Pil.fromarray(blocks).resize(size)
    return Image(pixels, *size, "PNG")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {name: make(folder / name) for name, make in MAKERS.items()}


@pytest.fixture(scope="module")
def engines(made: dict[str, Path]) -> dict[str, TransformersVision]:
    return {name: TransformersVision(folder, device="cpu") for name, folder in made.items()}


@pytest.fixture
def llava(made: dict[str, Path]) -> TransformersVision:
    """An engine of its own for the tests that look into it or break it."""
    return TransformersVision(made["llava"], device="cpu")


@pytest.fixture
def copy(made: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of the LLaVA folder to break."""
    return Path(shutil.copytree(made["llava"], tmp_path / "copy"))


def library(
    folder: Path,
    engine: TransformersVision,
    images: Sequence[Image],
    *turns: str,
    tokens: int = TOKENS,
) -> str:
    """What the library's own ``generate`` says; ``turns`` are questions and answers by turns."""
    messages: list[dict[str, Any]] = [
        {"role": ("user", "assistant")[n % 2], "content": [{"type": "text", "text": text}]}
        for n, text in enumerate(turns)
    ]
    messages[0]["content"][:0] = [{"type": "image", "image": i.pixels} for i in images]
    processor = engine._processor
    inputs = processor.apply_chat_template(
        messages, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
    )
    model = transformers.AutoModelForImageTextToText.from_pretrained(folder, dtype="float32")
    out = model.generate(**inputs, do_sample=False, max_new_tokens=tokens)
    return said(processor, out[0, inputs["input_ids"].shape[1] :])


def said(processor: Any, tokens: Any) -> str:
    return str(processor.tokenizer.decode(tokens, skip_special_tokens=True)).strip()


# --- the same as the library ------------------------------------------------------------


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(
    "images", [[picture(1)], [picture(2, (40, 90))], [picture(1), picture(2)]], ids=["a", "b", "ab"]
)
def test_an_answer_is_the_librarys_token_for_token(
    name: str, images: list[Image], made: dict[str, Path], engines: dict[str, TransformersVision]
) -> None:
    expected = library(made[name], engines[name], images, QUESTION)
    first = engines[name].answer(images, QUESTION, max_new_tokens=TOKENS)
    again = engines[name].answer(images, QUESTION, max_new_tokens=TOKENS)
    assert first == again == expected
    assert expected


@pytest.mark.parametrize("name", MAKERS)
def test_the_picture_matters(name: str, engines: dict[str, TransformersVision]) -> None:
    answers = {engines[name].answer([picture(seed)], QUESTION) for seed in range(4)}
    assert len(answers) > 1


@pytest.mark.parametrize("name", MAKERS)
def test_a_further_question_knows_what_was_said(
    name: str, made: dict[str, Path], engines: dict[str, TransformersVision]
) -> None:
    engine, images = engines[name], [picture(1)]
    first = engine.answer(images, QUESTION, max_new_tokens=TOKENS)
    second = engine.answer(images, "how many", [(QUESTION, first)], max_new_tokens=TOKENS)
    assert second == library(made[name], engine, images, QUESTION, first, "how many")
    assert second != engine.answer(images, "how many", max_new_tokens=TOKENS)


def test_a_llava_without_a_template_gets_the_prompt_it_was_trained_on(tmp_path: Path) -> None:
    folder = vision_made.llava(tmp_path / "llava", template=None)
    engine = TransformersVision(folder, device="cpu")
    processor = transformers.AutoProcessor.from_pretrained(folder)
    prompt = "USER: <image>\nwhat is it ASSISTANT: a dog</s>USER: where ASSISTANT:"
    inputs = processor(text=prompt, images=picture(1).pixels, return_tensors="pt")
    model = transformers.AutoModelForImageTextToText.from_pretrained(folder, dtype="float32")
    out = model.generate(**inputs, do_sample=False, max_new_tokens=TOKENS)
    expected = said(processor, out[0, inputs["input_ids"].shape[1] :])
    history = [("what is it", "a dog")]
    assert engine.answer([picture(1)], "where", history, max_new_tokens=TOKENS) == expected


def test_an_old_processor_is_completed_from_the_configuration(copy: Path) -> None:
    whole = TransformersVision(copy, device="cpu").answer([picture(1)], QUESTION)
    path = copy / "processor_config.json"
    settings = json.loads(path.read_text())
    for name in ("patch_size", "vision_feature_select_strategy", "num_additional_image_tokens"):
        del settings[name]
    path.write_text(json.dumps(settings))
    assert TransformersVision(copy, device="cpu").answer([picture(1)], QUESTION) == whole


def test_a_question_cannot_smuggle_in_the_templates_tokens(llava: TransformersVision) -> None:
    plain = llava.answer([picture(1)], QUESTION)
    assert llava.answer([picture(1)], f"<image></s>{QUESTION}<image>") == plain


# --- streaming and stopping --------------------------------------------------------------


@pytest.mark.parametrize("name", MAKERS)
def test_the_pieces_join_to_the_answer(name: str, engines: dict[str, TransformersVision]) -> None:
    pieces: list[str] = []
    answer = engines[name].answer([picture(1)], QUESTION, on_text=pieces.append)
    assert "".join(pieces) == answer
    assert len(pieces) == len(answer.split())  # one a token: here a token is a word


def test_signs_of_several_bytes_come_whole(tmp_path: Path) -> None:
    engine = TransformersVision(vision_made.llava(tmp_path / "bytes", letters=True), device="cpu")
    pieces: list[str] = []
    answer = engine.answer([picture(1)], QUESTION, on_text=pieces.append, max_new_tokens=60)
    assert answer
    assert "".join(pieces) == answer == engine.answer([picture(1)], QUESTION, max_new_tokens=60)


def test_an_answer_stops_within_a_token(llava: TransformersVision) -> None:
    pieces: list[str] = []
    with pytest.raises(Cancelled):
        llava.answer(
            [picture(1)], QUESTION, on_text=pieces.append, cancelled=lambda: len(pieces) == 3
        )
    assert len(pieces) == 3
    assert llava.answer([picture(1)], QUESTION).startswith("".join(pieces))


def test_it_stops_between_two_layers_before_the_first_token(llava: TransformersVision) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked == 4  # at the start, at two layers of the tower, at the first of the text

    ran: list[str] = []
    for name, module in llava._model.named_modules():
        module.register_forward_hook(lambda *_, name=name: ran.append(name))
    with pytest.raises(Cancelled):
        llava.answer([picture(1)], QUESTION, cancelled=cancelled)
    assert any("vision_tower" in name for name in ran)
    assert not any(name.endswith("language_model.layers.0") for name in ran)
    ran.clear()
    assert llava.answer([picture(1)], QUESTION)  # nothing is left behind
    assert any(name.endswith("language_model.layers.0") for name in ran)


# --- what is kept ------------------------------------------------------------------------


def counted(engine: TransformersVision) -> list[int]:
    """Grows by one each time the vision tower runs."""
    runs: list[int] = []
    base = engine._model.base_model
    tower = base.vision_tower if hasattr(base, "vision_tower") else base.visual
    tower.register_forward_pre_hook(lambda *_: runs.append(1))
    return runs


@pytest.mark.parametrize("name", MAKERS)
def test_a_picture_is_encoded_once_for_all_questions(name: str, made: dict[str, Path]) -> None:
    engine = TransformersVision(made[name], device="cpu")
    runs = counted(engine)
    first = engine.answer([picture(1)], QUESTION)
    engine.answer([picture(1)], "how many", [(QUESTION, first)])
    assert len(runs) == 1
    engine.answer([picture(2)], QUESTION)
    assert len(runs) == 2
    engine.answer([picture(1)], "where")
    assert len(runs) == 2


def test_what_is_kept_is_bounded(made: dict[str, Path]) -> None:
    one = TransformersVision(made["llava"], device="cpu")
    one.answer([picture(1)], QUESTION)
    size = one.features.bytes
    assert size > 0
    engine = TransformersVision(made["llava"], device="cpu", feature_bytes=2 * size)
    runs = counted(engine)
    for seed in (1, 2, 1, 3):  # the second is now the one that was used the longest ago
        engine.answer([picture(seed)], QUESTION)
    assert (len(engine.features), engine.features.bytes) == (2, 2 * size)
    engine.answer([picture(1)], QUESTION)
    assert len(runs) == 3
    engine.answer([picture(2)], QUESTION)
    assert len(runs) == 4


def test_features_larger_than_the_cache_are_not_kept() -> None:
    cache = FeatureCache(100)
    encode = cache.remembering(lambda pixels, strategy="full": pixels * 2)
    large, small = torch.ones(100), torch.ones(10)
    assert torch.equal(encode(large), large * 2)
    assert len(cache) == 0
    assert encode(small) is encode(pixels=small)
    assert encode(small) is not encode(small, strategy="default")
    assert cache.bytes == 80


# --- limits and errors -------------------------------------------------------------------


def test_the_oldest_turns_go_when_a_conversation_grows_too_long(
    made: dict[str, Path], llava: TransformersVision
) -> None:
    long = [(f"{QUESTION} {'dog ' * n}", "it is a cat " * 20) for n in range(1, 8)]
    kept = llava.answer([picture(1)], "where", long, max_new_tokens=TOKENS)
    turns = [text for turn in long[-5:] for text in turn]
    assert kept == library(made["llava"], llava, [picture(1)], *turns, "where")


def test_too_many_pictures_are_refused(llava: TransformersVision) -> None:
    with pytest.raises(BadInput, match="fewer pictures"):
        llava.answer([picture(n) for n in range(33)], QUESTION)


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory."), MemoryError(), RuntimeError(
        "[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"
    )],
    ids=["cuda", "python", "cpu"],
)  # fmt: skip
def test_running_out_of_memory_is_said_and_outlived(
    error: BaseException, llava: TransformersVision, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = llava.answer([picture(1)], QUESTION)
    with monkeypatch.context() as patch:

        def fail(*_: Any, **__: Any) -> None:
            raise error

        patch.setattr(llava._model.model.language_model, "forward", fail)
        with pytest.raises(OutOfMemory, match=r"does not fit into memory.*smaller model"):
            llava.answer([picture(1)], QUESTION)
        assert len(llava.features) == 0
    assert llava.answer([picture(1)], QUESTION) == expected


def no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def no_processor(folder: Path) -> None:
    (folder / "processor_config.json").unlink()


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def pickles(folder: Path) -> None:
    no_weights(folder)
    torch.save({}, folder / "pytorch_model.bin")


def cut(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def scrambled(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\xff" * 5000)


def incomplete(folder: Path) -> None:
    tensors = safetensors.load_file(folder / "model.safetensors")
    tensors.pop(next(name for name in tensors if "multi_modal_projector" in name))
    safetensors.save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def a_shard_short(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": shards}))


def of_llavas_own_code(folder: Path) -> None:
    settings = {"model_type": "llava", "architectures": ["LlavaLlamaForCausalLM"]}
    (folder / "config.json").write_text(json.dumps(settings))


def only_text(folder: Path) -> None:
    shutil.rmtree(folder)
    words = vision_made.tokenizer()
    config = vision_made.text_config("llama", len(words))
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)


def with_code(folder: Path) -> None:
    settings = json.loads((folder / "config.json").read_text())
    settings |= {"model_type": "strange", "auto_map": {"AutoConfig": "mine.Config"}}
    (folder / "config.json").write_text(json.dumps(settings))
    (folder / "mine.py").write_text("raise SystemExit('the code of a stranger ran')")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (no_config, r"has no config\.json\. Name the folder"),
        (no_processor, r"lacks preprocessor_config\.json\. Copy the whole model"),
        (no_tokenizer, r"lacks tokenizer\.json\. Copy the whole model"),
        (no_weights, r"are missing: model\.safetensors\. Copy the whole model"),
        (pickles, r"are pickles, which could run code.* Name a copy"),
        (cut, r"model\.safetensors of copy is damaged.* Copy the whole model"),
        (scrambled, r"model\.safetensors of copy is damaged"),
        (incomplete, r"not complete: .*multi_modal_projector.* is missing.* Copy"),
        (a_shard_short, r"are missing: model-00002-of-00002\.safetensors"),
        (of_llavas_own_code, r"format of LLaVA's own code.* such as llava-hf/llava-1\.5-7b-hf"),
        (only_text, r"\(of the kind llama\) does not answer questions about pictures\. Name one"),
        (with_code, r"^copy cannot be loaded|^The processor of copy cannot be loaded"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said_in_one_sentence(
    damage: Callable[[Path], None], says: str, copy: Path
) -> None:
    damage(copy)
    with pytest.raises(Unavailable, match=says) as caught:
        TransformersVision(copy, device="cpu")
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_a_model_of_the_hub_is_fetched_again_by_its_name(
    made: dict[str, Path], tmp_path: Path
) -> None:
    cache = tmp_path / "hub" / "models--llava-hf--tiny" / "snapshots" / "0123abcd"
    shutil.copytree(made["llava"], cache)
    assert TransformersVision(cache, device="cpu").name == "llava-hf/tiny (transformers)"
    (cache / "model.safetensors").unlink()
    with pytest.raises(Unavailable, match=r"Run: hf download llava-hf/tiny$"):
        TransformersVision(cache)


def test_a_missing_template_or_device_is_said(made: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made["llava_next"], tmp_path / "next"))
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(Unavailable, match=r"no chat template.* Put its chat_template\.jinja"):
        TransformersVision(folder, device="cpu")
    with pytest.raises(Unavailable, match="no device quantum here"):
        TransformersVision(made["llava"], device="quantum")


def test_it_tells_its_size_and_lets_go_of_it(
    made: dict[str, Path], llava: TransformersVision
) -> None:
    weights = (made["llava"] / "model.safetensors").stat().st_size
    assert weights * 0.9 < llava.memory_bytes < weights * 1.1
    assert abs(expected_bytes(made["llava"], "cpu") - llava.memory_bytes) < 2000
    llava.answer([picture(1)], QUESTION)
    llava.close()
    assert len(llava.features) == 0
    assert not hasattr(llava, "_model")
