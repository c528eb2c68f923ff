"""Secrets that must never be kept: recognized by their shape, before anything is stored."""

from __future__ import annotations

import re
import unicodedata

_KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic, Stripe
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # AWS
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}"
    r"|\bxox[a-z]-[A-Za-z0-9-]{10,}"  # Slack
    r"|\bAIza[\w-]{30,}"  # Google
    r"|\bhf_[A-Za-z0-9]{20,}|\bnpm_[A-Za-z0-9]{20,}|\bpypi-[\w-]{20,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # JSON web token
)
_NAMED = re.compile(
    r"\b(?:api|access|secret|private|auth|bearer)[ _-]?(?:key|token|secret)\b"
    r"\s*(?:\w+\s+){0,3}?(?:is|are|=|:)\s*\S{6,}",
    re.IGNORECASE,
)
_PASSWORD = re.compile(
    r"\b(?:password|passphrase|passwd|passcode|pwd|pin(?: code| number)?|cvv|cvc)\b"
    r"[^.!?\n]{0,40}?(?:\bis\b|\bwas\b|=|:)\s*(?!\S*\b(?:too|not|very|so|in|on|at|the)\b)\S{3,}"
    r"|(?:密码|口令|密碼)[^。！？\n]{0,10}?(?:是|为|為|=|:)\s*\S{3,}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.]*\d)")
_BLOB = re.compile(r"(?<![\w/+=-])(?=\S*[A-Z])(?=\S*[a-z])(?=\S*\d)[\w+/=-]{32,}(?![\w/+=-])")
_HEX = re.compile(r"\b[0-9a-f]{32,}\b", re.IGNORECASE)


def secret_in(text: str) -> str | None:
    """What kind of secret the text holds, as a sentence's subject; None for none."""
    text = unicodedata.normalize("NFKC", text)
    if _KEYS.search(text) or _NAMED.search(text) or _BLOB.search(text) or _HEX.search(text):
        return "A key or token"
    if any(_luhn(re.sub(r"\D", "", match[0])) for match in _DIGITS.finditer(text)):
        return "A card number"
    if _PASSWORD.search(text):
        return "A password"
    return None


def _luhn(digits: str) -> bool:
    """The check digit of card numbers (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(digits)) > 1
