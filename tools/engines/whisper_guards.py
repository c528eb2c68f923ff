"""What Whisper writes where nobody speaks, told from what was said.

Whisper was trained on subtitles and fills silence and noise with what stands there: thanks for
watching, names of subtitlers, one phrase over and over (Koenecke et al. 2024,
https://arxiv.org/abs/2402.08021; Barański et al. 2025, https://arxiv.org/abs/2501.11378). The
same words can be said. So nothing is left out for its wording alone: Whisper's own probability
that nobody speaks, with how unsure it is of the text, must speak against it.
"""

from __future__ import annotations

import re
from typing import Protocol

NOBODY = 0.6
"""Probability of no speech above which Radford et al. 2022 doubt a text that is also unlikely."""
UNLIKELY = -1.0
"""Mean log probability of a token below which a text is unlikely (the same source)."""
MAYBE_NOBODY, LESS_LIKELY = 0.2, -0.7
"""Both together are enough against what is known to be written into silence."""
REPETITIVE = 2.4
"""Times that a text shrinks when compressed; more is a loop (the same source)."""

_KNOWN = """
thank you|thank you very much|thank you so much|thanks|thanks for watching|thank you for watching
thank you for listening|thanks for listening|please subscribe|like and subscribe|subscribe
please subscribe to my channel|don t forget to subscribe|see you next time|see you in the next video
you|bye|bye bye|the end|so|oh|okay|i m sorry|music|applause|silence
subtitles by the amara org community|transcription by castingwords|transcribed by otter ai
untertitel der amara org community|untertitel im auftrag des zdf für funk 2017|vielen dank
vielen dank fürs zuschauen|untertitelung des zdf 2020|copyright wdr 2021|tschüss
sous titres réalisés par la communauté d amara org|sous titrage société radio canada|merci
merci d avoir regardé cette vidéo|subtítulos realizados por la comunidad de amara org|gracias
gracias por ver el video|suscríbete|obrigado|legendas pela comunidade amara org|grazie
sottotitoli creati dalla comunità amara org|sottotitoli e revisione a cura di qtss
ondertiteld door de amara org gemeenschap|продолжение следует|спасибо за просмотр
субтитры сделал dimatorzok|редактор субтитров а семкин корректор а егорова|谢谢观看|谢谢大家|谢谢
谢谢收看|感谢观看|請訂閱|请订阅|字幕由amara org社区提供|字幕由 amara org 社群提供
中文字幕志愿者 李宗盛|中文字幕志愿者 杨茜茜|请不吝点赞 订阅 转发 打赏支持明镜与点点栏目
ご視聴ありがとうございました|チャンネル登録お願いします
시청해주셔서 감사합니다|mbc 뉴스 이덕영입니다
"""
SILENCE_PHRASES = frozenset(_KNOWN.strip().replace("\n", "|").split("|"))
"""In lower case, with single spaces for whatever is neither a letter nor a digit."""


class Written(Protocol):
    """A segment as Whisper gives it; all but ``text`` hold for the window it is from."""

    text: str
    no_speech_prob: float
    avg_logprob: float
    compression_ratio: float


def nobody_said(segment: Written) -> bool:
    """Whether the evidence is that Whisper wrote this into silence or noise."""
    nobody, likely = segment.no_speech_prob, segment.avg_logprob
    if nobody > NOBODY and likely < UNLIKELY:
        return True
    doubtful = nobody > NOBODY or (nobody > MAYBE_NOBODY and likely < LESS_LIKELY)
    if not doubtful:
        return False
    words = plain(segment.text)
    looped = segment.compression_ratio > REPETITIVE and is_loop(words)
    return looped or words in SILENCE_PHRASES


def plain(text: str) -> str:
    """Letters and digits only, in lower case, with single spaces between."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def is_loop(words: str) -> bool:
    """Whether a plain text is one phrase of at most 60 letters at least four times in a row."""
    return re.fullmatch(r"(.{1,60}?)(?: ?\1){3,}", words) is not None
