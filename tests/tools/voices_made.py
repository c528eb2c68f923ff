"""Small voices that hum: a Piper model and a Coqui VITS, made on the spot, with nothing trained.

The Piper voice hums 200 Hz as speaker 0 and 300 Hz as speaker 1. As with VITS, each phoneme has
a length of its own that is multiplied by ``length_scale`` and rounded up to whole frames.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

RATE, FRAME, HERTZ = 16_000, 256, 200.0


def piper(folder: Path, *, speakers: int = 1, width: int = 0, language: str = "en-us") -> Path:
    """A voice ``hum.onnx`` with its configuration; ``width`` adds work, channels of convolution."""
    from onnx import TensorProto, helper, save

    ints, floats = TensorProto.INT64, TensorProto.FLOAT
    inputs = [
        helper.make_tensor_value_info("input", ints, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", ints, [1]),
        helper.make_tensor_value_info("scales", floats, [3]),
    ]
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", ints, [1]))
    constants = {
        "frame": np.array(FRAME, np.int64),
        "seven": np.array(7, np.int64),
        "more": np.array(1.3, np.float32),
        "least": np.array(1.9, np.float32),
        "second": np.array([1], np.int64),
        "zero": np.array(0, np.int64),
        "next": np.array(1, np.int64),
        "step": np.array(2 * np.pi * HERTZ / RATE, np.float32),
        "half": np.array(0.5, np.float32),
        "all": np.array([0, 1], np.int64),
        "place": np.array([1], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Mod", ["input", "seven"], ["kind"]),
        node("Cast", ["kind"], ["kinds"], to=floats),
        node("Mul", ["kinds", "more"], ["longer"]),
        node("Add", ["longer", "least"], ["usual"]),
        node("Gather", ["scales", "second"], ["length"]),
        node("Mul", ["usual", "length"], ["wanted"]),
        node("Ceil", ["wanted"], ["frames"]),
        node("ReduceSum", ["frames", "all"], ["sum"], keepdims=0),
        node("Cast", ["sum"], ["whole"], to=ints),
        node("Mul", ["whole", "frame"], ["count"]),
        node("Range", ["zero", "count", "next"], ["times0"]),
        node("Unsqueeze", ["times0", "all"], ["times1"]),  # [1, 1, samples]
        node("Cast", ["times1"], ["times2"], to=floats),
        node("Mul", ["times2", "step"], ["phase1"]),
    ]
    if speakers > 1:  # each the half of 200 Hz above the one before
        constants["one"] = np.array(1.0, np.float32)
        nodes += [
            node("Cast", ["sid"], ["who"], to=floats),
            node("Mul", ["who", "half"], ["above"]),
            node("Add", ["above", "one"], ["times"]),
            node("Mul", ["phase1", "times"], ["phase"]),
        ]
    else:
        nodes.append(node("Identity", ["phase1"], ["phase"]))
    nodes += [node("Sin", ["phase"], ["sine"]), *_work(constants, width)]
    nodes += [
        node("Mul", ["sound", "half"], ["quiet"]),
        node("Unsqueeze", ["quiet", "place"], ["output"]),
    ]
    made = [
        helper.make_tensor(
            k, floats if v.dtype == np.float32 else ints, v.shape, v.tobytes(), raw=True
        )
        for k, v in constants.items()
    ]
    output = helper.make_tensor_value_info("output", floats, None)
    graph = helper.make_graph(nodes, "hum", inputs, [output], made)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    file = folder / "hum.onnx"
    save(model, str(file))
    file.with_name("hum.onnx.json").write_text(json.dumps(_settings(speakers, language)), "utf-8")
    return file


def _work(constants: dict[str, Any], width: int) -> list[Any]:
    """Convolutions whose weights are so small that the hum stays what it is."""
    from onnx import helper

    if not width:
        return [helper.make_node("Identity", ["sine"], ["sound"])]
    random = np.random.default_rng(0)
    nodes, before = [], "sine"
    shapes = [(width, 1, 7), (width, width, 11), (width, width, 11), (1, width, 7)]
    for index, shape in enumerate(shapes):
        constants[f"w{index}"] = (random.standard_normal(shape) * 1e-3).astype(np.float32)
        pads = [shape[2] // 2] * 2
        nodes.append(helper.make_node("Conv", [before, f"w{index}"], [f"c{index}"], pads=pads))
        before = f"c{index}"
    return [*nodes, helper.make_node("Add", [before, "sine"], ["sound"])]


def _settings(speakers: int, language: str) -> dict[str, Any]:
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

    return {
        "audio": {"sample_rate": RATE, "quality": "low"},
        "espeak": {"voice": language},
        "language": {"code": language.replace("-", "_")},
        "inference": {"noise_scale": 0.0, "length_scale": 1.0, "noise_w": 0.0},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": speakers,
        "speaker_id_map": {f"Hummer{n}": n for n in range(speakers)} if speakers > 1 else {},
    }


def coqui(folder: Path, *, speakers: tuple[str, ...] = (), size: int = 16, layers: int = 1) -> Path:
    """A VITS with random weights, without noise, that gives every character four frames."""
    import torch
    from TTS.tts.configs.vits_config import VitsArgs, VitsConfig
    from TTS.tts.models.vits import Vits

    torch.manual_seed(3)
    arguments = VitsArgs(
        hidden_channels=size,
        hidden_channels_ffn_text_encoder=2 * size,
        num_layers_text_encoder=layers,
        num_layers_posterior_encoder=1,
        num_layers_flow=layers,
        upsample_initial_channel_decoder=2 * size,
        upsample_rates_decoder=[8, 8, 4],
        upsample_kernel_sizes_decoder=[16, 16, 8],
        resblock_kernel_sizes_decoder=[3],
        resblock_dilation_sizes_decoder=[[1, 3, 5]],
        use_sdp=False,
        init_discriminator=False,
        inference_noise_scale=0.0,
        inference_noise_scale_dp=0.0,
        use_speaker_embedding=bool(speakers),
        speaker_embedding_channels=size,
    )
    config = VitsConfig(
        model_args=arguments,
        text_cleaner="basic_cleaners",
        use_phonemes=False,
        speakers=list(speakers),
        use_speaker_embedding=bool(speakers),
        languages=["en"],
        add_blank=False,
    )
    config.audio.sample_rate = RATE
    model = Vits(config).eval()
    with torch.no_grad():
        model.duration_predictor.proj.weight.zero_()
        model.duration_predictor.proj.bias.fill_(float(np.log(4.0)) - 1e-3)
    _save(folder, config, model)
    return folder


def tacotron(folder: Path) -> Path:
    """A Tacotron 2 of random weights that always takes 16 steps, with a HiFi-GAN as vocoder."""
    import torch
    from TTS.tts.configs.tacotron2_config import Tacotron2Config
    from TTS.tts.models.tacotron2 import Tacotron2
    from TTS.vocoder.configs.hifigan_config import HifiganConfig
    from TTS.vocoder.models import setup_model

    torch.manual_seed(1)
    config = Tacotron2Config(use_phonemes=False, text_cleaner="basic_cleaners")
    config.max_decoder_steps = 16
    model = Tacotron2(config)
    with torch.no_grad():
        model.decoder.stopnet[-1].linear_layer.bias.fill_(-50.0)
    _save(folder, config, model)
    vocoder = HifiganConfig()
    vocoder.generator_model_params["upsample_initial_channel"] = 32
    _save(folder / "vocoder", vocoder, setup_model(vocoder))
    return folder


def xtts(folder: Path) -> Path:
    """An XTTS of random weights with one layer, and two speakers without a body."""
    import torch
    from tokenizers import Tokenizer, models
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.models.xtts import Xtts

    torch.manual_seed(1)
    folder.mkdir(parents=True)
    special = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", "[zh-cn]"]
    vocabulary = {
        token: n for n, token in enumerate([*special, *"abcdefghijklmnopqrstuvwxyz.,?!'"])
    }
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))
    tokenizer.add_special_tokens(special)
    tokenizer.save(str(folder / "vocab.json"))
    config = XttsConfig()
    sizes = {
        "gpt_layers": 1,
        "gpt_n_model_channels": 64,
        "gpt_n_heads": 2,
        "decoder_input_dim": 64,
        "gpt_max_audio_tokens": 12,
        "gpt_num_audio_tokens": 20,
        "gpt_start_audio_token": 18,
        "gpt_stop_audio_token": 19,
        "gpt_use_perceiver_resampler": True,
        "gpt_number_text_tokens": len(vocabulary),
        "gpt_start_text_token": 3,
        "gpt_stop_text_token": 0,
        "tokenizer_file": "vocab.json",
    }
    for name, value in sizes.items():
        setattr(config.model_args, name, value)
    model = Xtts(config)
    model.gpt.init_gpt_for_inference()
    _save(folder, config, model)
    shapes = {"gpt_cond_latent": (1, 32, 64), "speaker_embedding": (1, 512, 1)}
    speakers = {
        name: {part: torch.randn(*shape) for part, shape in shapes.items()}
        for name in ("Ann Lee", "Bob")
    }
    torch.save(speakers, folder / "speakers_xtts.pth")
    return folder


def _save(folder: Path, config: Any, model: Any) -> None:
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    config.save_json(str(folder / "config.json"))
    torch.save({"model": model.state_dict()}, folder / "model.pth")
