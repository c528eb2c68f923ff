"""The tool that reads bar codes and QR codes, and says what their payload is for."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from tools.base import Call, Context, Kind, Parameter, Source, Tool, ToolResult
from tools.engines.zxing import Code, Zxing
from tools.media.image import open_image
from tools.runtime import Slot

TITLES = {
    "qrcode": "QR code",
    "microqrcode": "Micro QR code",
    "rmqrcode": "rMQR code",
    "aztec": "Aztec code",
    "datamatrix": "Data Matrix",
    "maxicode": "MaxiCode",
    "pdf417": "PDF417",
    "micropdf417": "MicroPDF417",
    "ean13": "EAN-13 bar code",
    "ean8": "EAN-8 bar code",
    "upca": "UPC-A bar code",
    "upce": "UPC-E bar code",
    "code128": "Code 128 bar code",
    "code93": "Code 93 bar code",
    "code39": "Code 39 bar code",
    "itf": "ITF bar code",
    "codabar": "Codabar bar code",
    "databar": "GS1 DataBar",
    "databarlimited": "GS1 DataBar Limited",
    "databarexpanded": "GS1 DataBar Expanded",
}


class ScanCodes(Tool):
    """Bar codes and matrix codes. What they hold is shown, never opened or dialled."""

    name = "scan_codes"
    description = (
        "Read QR codes, bar codes, Data Matrix, Aztec, PDF417 and MaxiCode in a picture. "
        "Returns what they hold; it opens nothing."
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("image", "The picture to search for codes.", kinds=("image",)),
    )
    gives: ClassVar[tuple[Kind, ...]] = ()
    examples: ClassVar[tuple[str, ...]] = (
        "Scan this QR code",
        "What is the barcode number?",
        "Where does the QR code in this picture lead?",
        "Read the code on this package",
        "What's the ISBN on the back of this book?",
        "Get the Wi-Fi password from this QR code",
        "Decode the Data Matrix on the label",
        "Is there a barcode in this photo?",
        "扫一下这个二维码",
        "这个条形码是多少？",
        "二维码里是什么网址？",
        "读一下包装上的条码",
    )
    limits = "It cannot read codes that are smeared, cut off, or a pixel or less per bar."

    def __init__(self, slot: Slot[Zxing]) -> None:
        self.slot: Slot[Any] = slot

    def run(self, call: Call, context: Context) -> ToolResult:
        """Scan it.

        Raises:
            BadInput: the picture cannot be opened.
            Unavailable: the engine is not installed.
        """
        item = call.item("image")
        image = open_image(item.path, name=item.name)
        reader: Zxing = self.slot.get()
        codes = reader.scan(image, context.check)
        text = "\n".join(told(code) for code in codes) or "No code was found in the picture."
        sources = tuple(code_source(code, item.name, item.handle) for code in codes)
        data = {"found": bool(codes), "codes": [code_data(code) for code in codes]}
        return ToolResult(text=text, engine=self.slot.name, data=data, sources=sources)


def told(code: Code) -> str:
    """One code in a line of text."""
    title = TITLES.get(code.symbology, code.symbology)
    if not code.text:
        return f"{title} with {len(code.bytes_hex) // 2} bytes that are not text"
    meaning = interpret(code)["meaning"]
    return f"{title}: {code.text}" + (f" ({meaning})" if meaning else "")


def code_source(code: Code, name: str, handle: str) -> Source:
    """Where a code stands, as a source."""
    return Source(name, "xywh=" + ",".join(map(str, code.box)), code.text, handle)


def code_data(code: Code) -> dict[str, Any]:
    """A code as JSON: its payload, where it stands, and what the payload is for."""
    data: dict[str, Any] = {
        "text": code.text,
        "symbology": code.symbology,
        "title": TITLES.get(code.symbology, code.symbology),
        "xywh": list(code.box),
        **interpret(code),
    }
    if code.bytes_hex:
        data["bytes_hex"] = code.bytes_hex
    return data


def interpret(code: Code) -> dict[str, Any]:
    """``kind`` of the payload, its ``fields``, and its ``meaning`` in a short line.

    The payload is only taken apart, never followed.
    """
    text = code.text.strip()
    scheme, _, rest = text.partition(":")
    scheme = scheme.upper()
    if code.symbology == "ean13" and text[:3] in {"978", "979"} and text[:4] != "9790":
        return _meant("isbn", {"isbn": text}, f"the ISBN of a book: {text}")
    if re.match(r"https?://\S+\Z", text, re.IGNORECASE):
        host = re.sub(r"\A[^/]*//([^/?#]*@)?([^/?#:]*).*", r"\2", text, flags=re.DOTALL)
        return _meant("url", {"url": text, "host": host.lower()}, f"a link to {host.lower()}")
    if scheme in {"URL", "URLTO", "MEBKM"}:
        fields = _fields(rest)
        url = fields.get("URL", rest)
        return _meant("url", {"url": url, "title": fields.get("TITLE", "")}, f"a link: {url}")
    if scheme == "WIFI":
        return _wifi(_fields(rest))
    if scheme == "MECARD":
        fields = _fields(rest)
        return _card(fields.get("N", ""), fields.get("TEL", ""), fields.get("EMAIL", ""))
    if text.upper().startswith("BEGIN:VCARD"):
        name = _line(text, "FN") or " ".join(reversed(_line(text, "N").split(";")[:2])).strip()
        return _card(name, _line(text, "TEL"), _line(text, "EMAIL"))
    if text.upper().startswith(("BEGIN:VEVENT", "BEGIN:VCALENDAR")):
        title, start = _line(text, "SUMMARY"), _line(text, "DTSTART")
        return _meant("event", {"title": title, "start": start}, f"an event: {title} {start}")
    if scheme == "GEO" and (found := re.match(r"(-?[\d.]+),(-?[\d.]+)", rest)):
        place = {"latitude": found[1], "longitude": found[2]}
        return _meant("place", place, f"a place: {found[1]}, {found[2]}")
    if scheme == "TEL":
        return _meant("phone", {"number": rest}, f"a telephone number: {rest}")
    if scheme in {"SMSTO", "SMS"}:
        number, _, body = re.sub(r"\?body=", ":", rest).partition(":")
        return _meant("sms", {"number": number, "body": body}, f"a text message to {number}")
    if scheme == "MAILTO" or re.fullmatch(r"[^@\s:;,]+@[^@\s:;,]+\.[^@\s:;,.]+", text):
        address = (rest if scheme == "MAILTO" else text).split("?")[0]
        return _meant("email", {"address": address}, f"an e-mail address: {address}")
    if scheme == "OTPAUTH":
        return _meant("secret", {}, "a secret for one-time passwords: keep it to yourself")
    retail = code.symbology in {"ean13", "ean8", "upca", "upce"}
    return _meant("product" if retail else "text", {}, "a product number" if retail else "")


def _meant(kind: str, fields: dict[str, str], meaning: str) -> dict[str, Any]:
    return {"kind": kind, "fields": fields, "meaning": " ".join(meaning.split())}


def _wifi(fields: dict[str, str]) -> dict[str, Any]:
    name, password = fields.get("S", ""), fields.get("P", "")
    security = fields.get("T", "") or "none"
    key = f"password {password}" if password else "without a password"
    return _meant(
        "wifi",
        {"network": name, "password": password, "security": security},
        f"Wi-Fi network {name}, {key}",
    )


def _card(name: str, phone: str, email: str) -> dict[str, Any]:
    parts = [part for part in (name.replace(",", " "), phone, email) if part.strip()]
    return _meant(
        "contact",
        {"name": name, "phone": phone, "email": email},
        "a contact: " + ", ".join(parts),
    )


def _fields(text: str) -> dict[str, str]:
    """``KEY:value;`` pairs, in which a backslash escapes the next sign."""
    fields: dict[str, str] = {}
    for part in re.findall(r"((?:\\.|[^;\\])+)", text, re.DOTALL):
        key, found, value = part.partition(":")
        if found:
            fields.setdefault(key.strip().upper(), re.sub(r"\\(.)", r"\1", value))
    return fields


def _line(text: str, key: str) -> str:
    """The value of a line of a vCard or an iCalendar entry, without its parameters."""
    found = re.search(rf"^{key}(?:;[^:\r\n]*)?:(.*)$", text, re.MULTILINE | re.IGNORECASE)
    return re.sub(r"\\(.)", r"\1", found[1]).strip() if found else ""
