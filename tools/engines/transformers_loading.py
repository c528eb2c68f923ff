"""What all models of transformers share, and loading one that sees: what can be wrong with it.

Nothing is fetched, no code of the model is run, and only safetensors are read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tools.engines import checkpoint
from tools.engines.checkpoint import Checkpoint
from tools.errors import Cancelled, Unavailable

_PROCESSOR = ("preprocessor_config.json", "processor_config.json")
_TOKENIZER = ("tokenizer.json", "tokenizer.model", "vocab.json")
_LOCAL = {"local_files_only": True, "trust_remote_code": False}


def expected_bytes(folder: str | Path, device: str = "auto") -> int:
    """What loading a model, of language or of vision, will take, in bytes.

    Raises:
        Unavailable: the folder holds no such model.
    """
    found = checkpoint.read(Path(folder))
    wide = dtype_for("auto", device_for(device), found.parameters) == "float32"
    return found.parameters * (4 if wide else 2)


def out_of_memory(error: RuntimeError) -> bool:
    import torch

    words = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "out of memory" in words
        or "can't allocate memory" in words  # of torch's allocator for the CPU
    )


@contextlib.contextmanager
def watched(model: Any, cancelled: Callable[[], bool]) -> Iterator[Callable[[], None]]:
    """Until what it yields is called, ``cancelled`` is asked now and before each layer.

    A long prompt on a slow machine takes minutes before the first token.

    Raises:
        Cancelled: it said so.
    """
    from transformers.modeling_layers import GradientCheckpointingLayer

    def ask(*_: Any) -> None:
        if cancelled():
            raise stopped()

    ask()
    layers = [m for m in model.modules() if isinstance(m, GradientCheckpointingLayer)]
    hooks = [layer.register_forward_pre_hook(ask) for layer in layers]

    def remove() -> None:
        while hooks:
            hooks.pop().remove()

    try:
        yield remove
    finally:
        remove()


def stopped() -> Cancelled:
    return Cancelled("It was stopped before it finished.")


def device_for(wanted: str) -> str:
    import torch

    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if wanted == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if there[name])
    if not there.get(wanted, False):
        raise Unavailable(f"There is no device {wanted} here.", "Set the device to auto.")
    return wanted


def dtype_for(wanted: str, device: str, parameters: int) -> str:
    """Half precision on a GPU; on a CPU full precision, which is faster there, where it fits."""
    import psutil
    import torch

    if wanted != "auto":
        return wanted
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    if device == "mps":
        return "float16"
    return "float32" if parameters * 4 <= psutil.virtual_memory().available / 2 else "bfloat16"


def check_files(found: Checkpoint) -> None:
    """Refuse what is surely no such model, before torch is imported."""
    config = found.config
    if config.get("model_type") == "llava" and "vision_config" not in config:
        raise Unavailable(
            f"{found.name} is in the format of LLaVA's own code, not of transformers.",
            "Name its converted form, such as llava-hf/llava-1.5-7b-hf.",
        )
    missing = []
    if not any((found.folder / f).is_file() for f in _PROCESSOR):
        missing.append(_PROCESSOR[0])
    if not any((found.folder / f).is_file() for f in _TOKENIZER):
        missing.append(_TOKENIZER[0])
    if missing and any(key.startswith("vision") for key in config):
        raise Unavailable(f"{found.name} lacks {' and '.join(missing)}.", found.remedy)


def processor_of(found: Checkpoint) -> Any:
    """What turns pictures and text into the model's input; without video where that is missing.

    Raises:
        Unavailable: its files are missing or damaged, or it takes no pictures.
    """
    import transformers

    try:
        loader = transformers.AutoProcessor  # imports much, torchaudio where it is installed
    except OSError as error:
        reason = " ".join(str(error).split())[:160]
        raise Unavailable(
            f"A package that transformers uses does not load: {reason}", "Run: pip check"
        ) from error
    try:
        try:
            made = loader.from_pretrained(found.folder, **_LOCAL)
        except ImportError as error:
            kind = _processor_class(found)
            if kind is None or "torchvision" not in str(error).lower():
                raise
            made = _for_stills(kind).from_pretrained(found.folder, **_LOCAL)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise Unavailable(
            f"The processor of {found.name} cannot be loaded: {reason}", found.remedy
        ) from error
    if not hasattr(made, "image_processor") or not hasattr(made, "tokenizer"):
        raise _sees_nothing(found)
    return made


def _processor_class(found: Checkpoint) -> Any:
    """The class that the model's files name; None where they name none."""
    import transformers

    for file in (*_PROCESSOR, "tokenizer_config.json"):
        if (found.folder / file).is_file():
            name = checkpoint.settings(found.folder / file, found.name).get("processor_class")
            if name:
                return getattr(transformers, str(name), None)
    return None


def _for_stills(kind: Any) -> Any:
    """The processor class without its part for video, which alone needs torchvision."""

    def get_attributes(cls: Any) -> list[str]:
        names = super(still, cls).get_attributes()
        return [name for name in names if name != "video_processor"]

    still: Any = type(kind.__name__, (kind,), {"get_attributes": classmethod(get_attributes)})
    return still


def model_of(found: Checkpoint, dtype: Any, device: str) -> Any:
    import safetensors
    import transformers

    try:
        config = transformers.AutoConfig.from_pretrained(found.folder, **_LOCAL)
        if type(config) not in transformers.AutoModelForImageTextToText._model_mapping:
            raise _sees_nothing(found)
        model, info = transformers.AutoModelForImageTextToText.from_pretrained(
            found.folder,
            config=config,
            dtype=dtype,
            use_safetensors=True,
            output_loading_info=True,
            **_LOCAL,
        )
        missing = sorted(info["missing_keys"])
        if missing:
            raise Unavailable(
                f"The weights of {found.name} are not complete: {missing[0]} is missing"
                + (f", and {len(missing) - 1} more." if len(missing) > 1 else "."),
                found.remedy,
            )
        return model.to(device).eval()
    except (OSError, ValueError, KeyError, RuntimeError, safetensors.SafetensorError) as error:
        if isinstance(error, RuntimeError) and out_of_memory(error):
            raise
        reason = " ".join(str(error).split())[:160]
        raise Unavailable(f"{found.name} cannot be loaded: {reason}", found.remedy) from error


def _sees_nothing(found: Checkpoint) -> Unavailable:
    kind = found.config.get("model_type", "unknown")
    return Unavailable(
        f"{found.name} (of the kind {kind}) does not answer questions about pictures.",
        "Name one that does, such as llava-hf/llava-1.5-7b-hf.",
    )


def template_of(processor: Any, found: Checkpoint) -> Any:
    """The chat template; None for a LLaVA 1.5 without one, whose prompt is known."""
    template = getattr(processor, "chat_template", None)
    template = template or getattr(processor.tokenizer, "chat_template", None)
    if isinstance(template, dict):
        template = template.get("default")
    if template:
        return template
    if found.config.get("model_type") == "llava":
        return None
    raise Unavailable(
        f"{found.name} has no chat template, so I cannot know how to ask it.",
        f"Put its chat_template.jinja into {found.folder}.",
    )


def complete(processor: Any, config: Any) -> None:
    """Fill in what processors of older LLaVA checkpoints leave to the configuration."""
    if getattr(processor, "patch_size", 0) is None:
        vision = config.vision_config
        processor.patch_size = vision.patch_size
        processor.vision_feature_select_strategy = config.vision_feature_select_strategy
        processor.num_additional_image_tokens = int("clip" in vision.model_type)
