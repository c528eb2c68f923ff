"""A small Whisper in CTranslate2's format, made on the spot: random weights, real structure.

It has Whisper's own vocabulary of 51,865 (51,864 for English only), of which it knows some
thirty words. What it babbles depends on what it hears, and is the same whenever it hears the
same. A few dimensions are set by hand, so that it writes as Whisper does: a time, some
words, two times, some words, an end.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from tools.base import Call, Context, Item, ToolResult
from tools.runtime import Slot
from tools.speech.transcribe import Transcribe

WORDS = (
    " the", " a", " and", " of", " to", " in", " it", " is", " was", " he", " she", " they",
    " house", " river", " morning", " letter", " paper", " money", " seven", " nine", " tea",
    "ing", "ed", "er", "s", ".", ",", "?",
)  # fmt: skip
_TIMES = 1501
_KNOWN, _END, _BREAK, _WHEN = 0, 1, 2, slice(3, 9)
"""Dimensions set by hand: a word it knows, the end, a time due, which time."""
_PACE = 15
"""Times, of a fiftieth of a second each, to a token."""

RATE = 16_000


def whisper(
    folder: Path,
    *,
    width: int = 64,
    layers: int = 2,
    english: bool = False,
    sure: float = 1.5,
    nothing: float = 0.0,
    seed: int = 0,
    quantization: str | None = None,
) -> Path:
    """Make a model in ``folder``.

    Args:
        sure: how clear its choices are; below 0.5 Whisper's own rules doubt what it says.
        nothing: how much it tends to hear no speech; 30 is sure of it.
    """
    import torch
    import transformers
    from ctranslate2.converters import TransformersConverter

    source = folder.with_name(folder.name + "-transformers")
    source.mkdir(parents=True)
    ids = _tokenizer(source, english)
    torch.manual_seed(seed)
    config = transformers.WhisperConfig(
        vocab_size=len(ids),
        d_model=width,
        encoder_layers=layers,
        decoder_layers=layers,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=4 * width,
        decoder_ffn_dim=4 * width,
        init_std=1 / width**0.5,
        suppress_tokens=[],
        begin_suppress_tokens=[],
        pad_token_id=ids["<|endoftext|>"],
        bos_token_id=ids["<|endoftext|>"],
        eos_token_id=ids["<|endoftext|>"],
        decoder_start_token_id=ids["<|startoftranscript|>"],
    )
    model = transformers.WhisperForConditionalGeneration(config).eval()
    with torch.no_grad():
        _teach(model.model.decoder, ids, sure, nothing)
    model.generation_config._from_model_config = False  # else it is made anew when it is read
    model.generation_config.suppress_tokens = []
    model.generation_config.begin_suppress_tokens = [ids["<|endoftext|>"]]
    if not english:
        model.generation_config.lang_to_id = {f"<|{c}|>": ids[f"<|{c}|>"] for c in _codes()}
    model.save_pretrained(source)
    settings = {"feature_size": 80, "sampling_rate": 16_000, "hop_length": 160, "n_fft": 400}
    (source / "preprocessor_config.json").write_text(json.dumps({**settings, "chunk_length": 30}))
    files = ["tokenizer.json", "preprocessor_config.json"]
    TransformersConverter(str(source), copy_files=files).convert(
        str(folder), quantization=quantization
    )
    return folder


def _teach(decoder: Any, ids: dict[str, int], sure: float, nothing: float) -> None:
    """Set the dimensions that make it write in Whisper's form."""
    import torch

    table = decoder.embed_tokens.weight
    table.mul_(0.1)
    width = table.shape[1]
    free = width - _WHEN.stop
    table[:, : _WHEN.stop] = 0
    known = [ids[_letters(word)] for word in WORDS]
    codes = [ids[f"<|{code}|>"] for code in _codes() if f"<|{code}|>" in ids]
    for rows in (known, codes):
        table[rows, _WHEN.stop :] += torch.randn(len(rows), free) / width**0.5
    table[known, _KNOWN] = 1.0
    table[codes, _WHEN.stop :] *= 3
    table[codes, _KNOWN] = -4.0  # they are heard, never written
    for token in ("<|endoftext|>", "<|nospeech|>", *(f"<|{n * 0.02:.2f}|>" for n in range(_TIMES))):
        table[ids[token]] = 0
    table[ids["<|endoftext|>"], _KNOWN] = 0.5
    table[ids["<|endoftext|>"], _END] = 4.0
    table[ids["<|nospeech|>"], _KNOWN] = 0.1 * nothing
    first = ids["<|0.00|>"]
    times = slice(first, first + _TIMES)
    table[times, _KNOWN] = -0.15
    table[times, _BREAK] = 2.0
    table[times, _WHEN] = _when(torch.arange(_TIMES))
    places = decoder.embed_positions.weight
    places.normal_(std=1.5)
    at = torch.arange(len(places))
    places[:, : _WHEN.stop] = 0
    places[:, _END] = 6 * torch.tanh((at - 28) / 4)
    places[:, _BREAK] = torch.where(at % 10 == 2, 6.0, -6.0)
    places[:, _WHEN] = 6 * _when(_PACE * at)
    for layer in decoder.layers:
        layer.encoder_attn.q_proj.weight.mul_(6)  # it looks at places, not at the mean of all
        layer.encoder_attn.out_proj.weight.mul_(4)
        layer.self_attn.out_proj.weight.mul_(1.5)
        for out in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
            out.weight[: _WHEN.stop] = 0  # nothing else writes there
            out.bias[: _WHEN.stop] = 0
    decoder.layer_norm.weight.fill_(4 * sure)
    decoder.layer_norm.bias[_KNOWN] = 20.0 * sure


def _when(index: Any) -> Any:
    """A time as a place on three circles, of which the last turns fastest: [n, 6]."""
    import torch

    angles = index[:, None].float() * torch.tensor([1.0, 6.0, 36.0]) * (math.pi / _TIMES)
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def _codes() -> tuple[str, ...]:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    return tuple(_LANGUAGE_CODES[:99])  # the hundredth, "yue", came with large-v3


def _letters(word: str) -> str:
    return word.replace(" ", "Ġ")


def _tokenizer(folder: Path, english: bool) -> dict[str, int]:
    """Write a byte-level BPE with Whisper's special tokens in Whisper's places."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    vocabulary = {x: n for n, x in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    merges: list[tuple[str, str]] = []
    for word in map(_letters, WORDS):
        for end in range(2, len(word) + 1):
            if word[:end] not in vocabulary:
                vocabulary[word[:end]] = len(vocabulary)
                merges.append((word[: end - 1], word[end - 1]))
    for number in range(len(vocabulary), 50_256):
        vocabulary[f"Ġw{number}"] = number
    if not english:
        vocabulary[""] = 50_256  # by which CTranslate2 knows that it is multilingual
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in _codes())]
    special += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"]
    special += ["<|nospeech|>", "<|notimestamps|>"]
    tokenizer.add_special_tokens([AddedToken(t, special=True) for t in special])
    times = [f"<|{index * 0.02:.2f}|>" for index in range(_TIMES)]
    tokenizer.add_tokens([AddedToken(t, special=False) for t in times])
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return dict(tokenizer.get_vocab())


def noise(seconds: float, level: float = 0.1) -> np.ndarray:
    samples = np.random.default_rng(1).standard_normal(int(seconds * RATE)) * level
    return samples.astype(np.float32)


def transcribe(recognizer: Any, path: Path, context: Context | None = None, **more: str) -> Any:
    """What the tool makes of the file with this recognizer in its slot."""
    slot: Slot[Any] = Slot("recognizer", lambda: recognizer)
    item = Item("audio:1", "audio", path, "audio/wav", path.name, "")
    result: ToolResult = Transcribe(slot).run(Call({"audio": item, **more}), context or Context())
    return result
