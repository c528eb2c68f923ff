"""Vision question answering by LLaVA and any other image-text-to-text model of transformers.

A model is a local folder: configuration, processor, safetensors. It is asked with its own chat
template and answers greedily, token for token as the library's own ``generate``. The features of
pictures it has seen are kept, so that a further question about one does not encode it again.

Published models: LLaVA 1.5 (Liu et al. 2023, arXiv:2310.03744), LLaVA-NeXT (Liu et al. 2024),
LLaVA-OneVision (Li et al. 2024, arXiv:2408.03326).
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tools.engines import checkpoint
from tools.engines.features import FeatureCache
from tools.engines.transformers_loading import (
    check_files,
    complete,
    device_for,
    dtype_for,
    model_of,
    out_of_memory,
    processor_of,
    stopped,
    template_of,
    watched,
)
from tools.errors import BadInput, Failed, OutOfMemory
from tools.media.image import Image

Turns = Sequence[tuple[str, str]]
"""Earlier (question, answer) about the same pictures, the oldest first."""

FEATURE_BYTES = 256_000_000
"""Memory for the features of pictures: some fifty of them in LLaVA 1.5 7B."""
_LEAST_ANSWER = 16
"""Tokens that must be left for an answer; an earlier turn is dropped for them."""
_SMALLER = "Name a smaller model, or ask about fewer pictures."


class TransformersVision:
    """One loaded model. It serves one caller at a time: use it in its slot's thread."""

    def __init__(
        self,
        folder: str | Path,
        *,
        name: str = "",
        device: str = "auto",
        dtype: str = "auto",
        feature_bytes: int = FEATURE_BYTES,
    ) -> None:
        """Load it.

        Args:
            folder: where the model lies; nothing is fetched.
            device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
            dtype: ``auto``, or a name of torch, such as ``bfloat16``.
            feature_bytes: what may be kept of pictures that it has seen.

        Raises:
            Unavailable: it is no such model, or something of it is missing or damaged.
            OutOfMemory: it does not fit.
            ImportError: torch or transformers is not installed.
        """
        found = checkpoint.read(Path(folder), name)
        check_files(found)
        import torch
        import transformers

        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        self.name = f"{found.name} (transformers)"
        self._device = device_for(device)
        self._dtype = getattr(torch, dtype_for(dtype, self._device, found.parameters))
        self._cache = FeatureCache(feature_bytes)
        with self._memory_minded():
            self._processor = processor_of(found)
            self._model = model_of(found, self._dtype, self._device)
        complete(self._processor, self._model.config)
        self._template = template_of(self._processor, found)
        base = self._model.base_model
        if hasattr(base, "get_image_features"):
            base.get_image_features = self._cache.remembering(base.get_image_features)

    @property
    def memory_bytes(self) -> int:
        """What the weights take."""
        tensors = [*self._model.parameters(), *self._model.buffers()]
        return sum(t.numel() * t.element_size() for t in tensors)

    @property
    def features(self) -> FeatureCache:
        """What is kept of the pictures it has seen."""
        return self._cache

    def answer(
        self,
        images: Sequence[Image],
        question: str,
        history: Turns = (),
        *,
        cancelled: Callable[[], bool] = lambda: False,
        on_text: Callable[[str], object] | None = None,
        max_new_tokens: int = 512,
    ) -> str:
        """Answer a question about pictures.

        Args:
            images: the pictures, in the order in which the question counts them.
            history: what was asked about them before, and answered.
            cancelled: asked in this thread, at each layer until the first word and at each
                token after it; an answer ends as soon as it says yes.
            on_text: gets each new piece of the answer; together they are the answer.
            max_new_tokens: where the answer is cut at the latest.

        Raises:
            Cancelled: ``cancelled`` said so.
            BadInput: the pictures and the question are more than the model takes.
            OutOfMemory: there is not enough for them.
            Failed: the model could not work on them.
        """
        import torch

        pieces = _Pieces(self._decode, on_text)

        def stop(tokens: Any, _scores: Any, **_: Any) -> Any:
            pieces.stopped = pieces.stopped or cancelled()
            return torch.full((len(tokens),), pieces.stopped, device=tokens.device)

        with self._memory_minded(), watched(self._model, cancelled) as began:
            inputs, room = self._inputs(images, question, list(history), max_new_tokens)
            pieces.on_first = began
            self._model.generate(
                **inputs,
                do_sample=False,
                num_beams=1,
                max_new_tokens=room,
                streamer=pieces,
                stopping_criteria=[stop],
            )
        if pieces.stopped:
            raise stopped()
        return pieces.text

    def close(self) -> None:
        """Let go of the weights and of all that is kept."""
        self._cache.clear()
        del self._model, self._processor
        self._free()

    def _decode(self, tokens: list[int]) -> str:
        text: str = self._processor.tokenizer.decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def _inputs(
        self, images: Sequence[Image], question: str, history: list[tuple[str, str]], most: int
    ) -> tuple[dict[str, Any], int]:
        """What ``generate`` takes, and how many tokens it may add; the oldest turns may go."""
        text = self._model.config.get_text_config()
        limit = getattr(text, "max_position_embeddings", None) or 1 << 20
        while True:
            inputs = self._worded(images, question, history)
            taken = int(inputs["input_ids"].shape[1])
            if taken + _LEAST_ANSWER <= limit:
                on_device = inputs.to(self._device, dtype=self._dtype)
                return dict(on_device), min(most, limit - taken)
            if not history:
                raise BadInput(
                    f"That is too much for {self.name}: {taken} tokens of {limit}.",
                    "Ask about fewer pictures, or ask a shorter question.",
                )
            history = history[1:]

    def _worded(self, images: Sequence[Image], question: str, history: Turns) -> Any:
        pixels = [image.pixels for image in images]
        turns = [(self._plain(q), self._plain(a)) for q, a in history]
        question = self._plain(question)
        if self._template is None:
            prompt = _llava_prompt(self._processor.image_token, len(pixels), question, turns)
            return self._processor(text=prompt, images=pixels or None, return_tensors="pt")
        return self._processor.apply_chat_template(
            _chat(pixels, question, turns),
            chat_template=self._template,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        )

    def _plain(self, text: str) -> str:
        """Text in which no token of the template's own can hide."""
        special = {*self._processor.tokenizer.all_special_tokens}
        special.add(getattr(self._processor, "image_token", ""))
        for token in sorted(special - {""}, key=len, reverse=True):
            text = text.replace(token, " ")
        return text.strip()

    @contextlib.contextmanager
    def _memory_minded(self) -> Iterator[None]:
        """Errors of the library as errors of this house; memory is freed where it ran out."""
        try:
            yield
        except MemoryError as error:
            self._free()
            raise OutOfMemory(f"{self.name} does not fit into memory.", _SMALLER) from error
        except RuntimeError as error:
            if out_of_memory(error):
                self._free()
                raise OutOfMemory(f"{self.name} does not fit into memory.", _SMALLER) from error
            raise self._failed(error) from error
        except (ValueError, IndexError, KeyError, TypeError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> Failed:
        reason = " ".join(str(error).split())[:200]
        return Failed(
            f"{self.name} could not work on that: {type(error).__name__}: {reason}",
            "Try another picture, or another model.",
        )

    def _free(self) -> None:
        import torch

        self._cache.clear()
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


class _Pieces:
    """A streamer of transformers: tokens come in one by one, pieces of text go out.

    The surrounding blanks of an answer are left out, and a sign of several bytes waits until
    it is whole; so the pieces join to the answer.
    """

    def __init__(
        self, decode: Callable[[list[int]], str], on_text: Callable[[str], object] | None
    ) -> None:
        self.text = ""
        self.stopped = False
        """Set to send nothing more."""
        self.on_first: Callable[[], None] = lambda: None
        self._decode = decode
        self._on_text = on_text
        self._tokens: list[int] = []
        self._prompt = True

    def put(self, tokens: Any) -> None:
        if self._prompt:  # the first that comes is the prompt
            self._prompt = False
            return
        if not self._tokens:
            self.on_first()
        self._tokens += tokens.flatten().tolist()
        if self._on_text is not None:
            text = self._decode(self._tokens).strip()
            if not text.endswith("\ufffd"):
                self._send(text)

    def end(self) -> None:
        self._send(self._decode(self._tokens).strip())

    def _send(self, text: str) -> None:
        if self.stopped or len(text) <= len(self.text) or not text.startswith(self.text):
            return
        piece, self.text = text[len(self.text) :], text
        if self._on_text is not None:
            self._on_text(piece)


def _chat(pixels: Sequence[Any], question: str, history: Turns) -> list[dict[str, Any]]:
    """The conversation as messages; the pictures stand before the first question."""
    shown: list[dict[str, Any]] = [{"type": "image", "image": one} for one in pixels]
    messages = []
    for asked, answered in history:
        messages.append({"role": "user", "content": [*shown, {"type": "text", "text": asked}]})
        told = [{"type": "text", "text": answered}]
        messages.append({"role": "assistant", "content": told})
        shown = []
    messages.append({"role": "user", "content": [*shown, {"type": "text", "text": question}]})
    return messages


def _llava_prompt(image_token: str, pictures: int, question: str, history: Turns) -> str:
    """The prompt that LLaVA 1.5 was trained on, for checkpoints that carry no template."""
    lead = f"{image_token}\n" * pictures
    said = ""
    for asked, answered in history:
        said += f"USER: {lead}{asked} ASSISTANT: {answered}</s>"
        lead = ""
    return f"{said}USER: {lead}{question} ASSISTANT:"
