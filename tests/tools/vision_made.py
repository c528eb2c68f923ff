"""LLaVA models made on the spot: the real classes, small random weights, a small tokenizer."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path
from typing import Any

WORDS = re.findall(
    r"\w+",
    "a the what is in this picture how many of red blue green box sky grass cat dog sits stands on "
    "under near two three one four it they colour and or big small left right where who does "
    "do run see there no yes",
)
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|> "
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image> {% else %}{{ part['text'] }} {% endif %}"
    "{% endfor %}{% endfor %}{% if add_generation_prompt %}<|assistant|> {% endif %}"
)
SPECIAL = (
    "<pad>", "<s>", "</s>", "<unk>", "<image>", "<video>", "<vision>", "</vision>",
    "<|user|>", "<|assistant|>",
)  # fmt: skip
SIDE, PATCH = 28, 7
"""Pixels of the tiny towers: 16 patches a picture."""


def tokenizer(*, letters: bool = False) -> Any:
    """Words, split at blanks; with ``letters`` each byte is a token, as in a byte-level BPE."""
    import tokenizers
    import transformers

    if letters:
        alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
        names = [*SPECIAL, *alphabet]
        made = tokenizers.Tokenizer(
            tokenizers.models.BPE({name: n for n, name in enumerate(names)}, [])
        )
        made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = tokenizers.decoders.ByteLevel()
    else:
        names = [*SPECIAL, *WORDS, *string.ascii_lowercase[1:]]
        made = tokenizers.Tokenizer(
            tokenizers.models.WordLevel({name: n for n, name in enumerate(names)}, "<unk>")
        )
        made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    made.add_special_tokens(list(SPECIAL))
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        extra_special_tokens={"image_token": "<image>", "video_token": "<video>"},
    )


def text_config(kind: str, vocabulary: int, **sizes: Any) -> Any:
    """A small ``LlamaConfig`` or ``Qwen2Config``."""
    import transformers

    sizes = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "initializer_range": 0.3,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        **sizes,
    }
    made = {"llama": transformers.LlamaConfig, "qwen2": transformers.Qwen2Config}[kind]
    return made(vocab_size=vocabulary, **sizes)


def vision_config(kind: str, **sizes: Any) -> Any:
    """A small ``CLIPVisionConfig`` or ``SiglipVisionConfig``."""
    import transformers

    sizes = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": SIDE,
        "patch_size": PATCH,
        "initializer_range": 0.3,
        **sizes,
    }
    made = {"clip": transformers.CLIPVisionConfig, "siglip": transformers.SiglipVisionConfig}[kind]
    return made(**sizes)


def llava(
    folder: Path,
    *,
    text: dict[str, Any] | None = None,
    vision: dict[str, Any] | None = None,
    template: str | None = TEMPLATE,
    letters: bool = False,
) -> Path:
    """LLaVA 1.5: CLIP and Llama."""
    import transformers

    words = tokenizer(letters=letters)
    towers = vision_config("clip", **(vision or {}))
    config = transformers.LlavaConfig(
        vision_config=towers,
        text_config=text_config("llama", len(words), **(text or {})),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-2,
        vision_feature_select_strategy="default",
    )
    side = towers.image_size
    processor = transformers.LlavaProcessor(
        image_processor=transformers.CLIPImageProcessor(
            size={"shortest_edge": side}, crop_size={"height": side, "width": side}
        ),
        tokenizer=words,
        patch_size=towers.patch_size,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    )
    return _saved(folder, transformers.LlavaForConditionalGeneration, config, processor)


def llava_next(folder: Path) -> Path:
    """LLaVA-NeXT: CLIP over tiles of the picture, and Llama."""
    import transformers

    words, tiles = tokenizer(), [[SIDE, 2 * SIDE], [2 * SIDE, SIDE], [2 * SIDE, 2 * SIDE]]
    config = transformers.LlavaNextConfig(
        vision_config=vision_config("clip"),
        text_config=text_config("llama", len(words)),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=tiles,
        vision_feature_layer=-2,
        vision_feature_select_strategy="default",
    )
    processor = transformers.LlavaNextProcessor(
        image_processor=transformers.LlavaNextImageProcessor(
            size={"shortest_edge": SIDE},
            crop_size={"height": SIDE, "width": SIDE},
            image_grid_pinpoints=tiles,
        ),
        tokenizer=words,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    return _saved(folder, transformers.LlavaNextForConditionalGeneration, config, processor)


def llava_onevision(folder: Path) -> Path:
    """LLaVA-OneVision: SigLIP over tiles of the picture, and Qwen2."""
    import transformers

    words, tiles = tokenizer(), [[SIDE, SIDE], [SIDE, 2 * SIDE], [2 * SIDE, 2 * SIDE]]
    config = transformers.LlavaOnevisionConfig(
        vision_config=vision_config("siglip", vision_use_head=False),
        text_config=text_config("qwen2", len(words)),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        video_token_id=words.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=tiles,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )
    _saved(folder, transformers.LlavaOnevisionForConditionalGeneration, config, words)
    transformers.LlavaOnevisionImageProcessor(
        size={"height": SIDE, "width": SIDE}, image_grid_pinpoints=tiles
    ).save_pretrained(folder)
    # Its processor has a part for video, which only torchvision could make: as on the hub, the
    # settings stand in one file, and the template in another.
    settings = {
        "processor_class": "LlavaOnevisionProcessor",
        "num_image_tokens": (SIDE // PATCH) ** 2,
        "vision_feature_select_strategy": "full",
        "image_token": "<image>",
        "video_token": "<video>",
    }
    (folder / "processor_config.json").write_text(json.dumps(settings), "utf-8")
    video = {"video_processor_type": "LlavaOnevisionVideoProcessor"}
    (folder / "video_preprocessor_config.json").write_text(json.dumps(video), "utf-8")
    (folder / "chat_template.jinja").write_text(TEMPLATE, "utf-8")
    return folder


def qwen2_vl(folder: Path) -> Path:
    """Qwen2-VL, which stands for the kinds that are no LLaVA: pictures of any size, no tower."""
    import transformers

    words = tokenizer()
    config = transformers.Qwen2VLConfig(
        text_config={
            **text_config("qwen2", len(words)).to_dict(),
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 10000.0,
                "mrope_section": [1, 1, 2],
            },
        },
        vision_config={
            "depth": 2,
            "embed_dim": 32,
            "hidden_size": 32,
            "num_heads": 4,
            "mlp_ratio": 2,
            "patch_size": PATCH,
            "initializer_range": 0.3,
        },
        image_token_id=words.convert_tokens_to_ids("<image>"),
        video_token_id=words.convert_tokens_to_ids("<video>"),
        vision_start_token_id=words.convert_tokens_to_ids("<vision>"),
        vision_end_token_id=words.convert_tokens_to_ids("</vision>"),
    )
    _saved(folder, transformers.Qwen2VLForConditionalGeneration, config, words)
    transformers.Qwen2VLImageProcessor(
        size={"shortest_edge": SIDE**2, "longest_edge": (4 * SIDE) ** 2}, patch_size=PATCH
    ).save_pretrained(folder)
    settings = json.dumps({"processor_class": "Qwen2VLProcessor"})
    (folder / "processor_config.json").write_text(settings, "utf-8")
    template = TEMPLATE.replace("<image>", "<vision><image></vision>")
    (folder / "chat_template.jinja").write_text(template, "utf-8")
    return folder


def _saved(folder: Path, kind: Any, config: Any, processor: Any) -> Path:
    import torch

    torch.manual_seed(5)
    kind(config).eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
