"""One whole turn: accept it, run the agent, keep what came of it, and say how it ended."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from assistant import events
from assistant.agent.execute import perform
from assistant.agent.receipts import record
from assistant.agent.run import RUN, Run
from assistant.agent.stream import citations, stream
from assistant.agent.style import style_of
from assistant.errors import AssistantError, InputError, TurnFailedError, as_told
from assistant.turn import Attachment, Reply, receipt_dict
from memory.errors import StoreError
from tools.base import Item
from tools.media.check import check
from tools.media.sniff import Sniffed

if TYPE_CHECKING:
    from memory.records import TurnState
    from tools.base import Kind

T = TypeVar("T")
log = logging.getLogger(__name__)

LONG_TEXT = 20_000
"""Characters above which a pasted text is kept as a document and read by the tools."""


async def conduct(graph: Any, run: Run) -> None:
    """Run the turn; the last event says how it ended. Only cancellation is raised.

    Whatever happens, the turn is closed in the store: done, failed or cancelled.
    """
    RUN.set(run)
    try:
        await _whole(asyncio.to_thread(_accept, run))
        run.emit(
            events.TurnStarted,
            text=run.text,
            attachments=tuple((item.handle, item.name) for item in run.given),
        )
        await _answer(graph, run)
        reply = _reply(run)
        await _finish(run, "done", _stored(reply))
        if not run.ledger.is_committed:
            await run.ledger.committed()
        run.emit(events.TurnEnded, reply=_reply(run))
        run.afterwards()
    except asyncio.CancelledError:
        await _close(run, "cancelled")
        run.emit(events.TurnCancelled)
        raise
    except Exception as error:  # noqa: BLE001 - a model's client can raise anything; it is told
        await _fail(run, as_told(error))


async def _answer(graph: Any, run: Run) -> None:
    seconds = run.settings.turn_seconds
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            await stream(graph, run)
            if run.turn.speak:
                await _speak(run, run.draft.text)
    except TimeoutError as error:
        if not limit.expired():
            raise  # the model's own
        raise TurnFailedError(
            f"The turn took longer than {seconds:g} seconds and was stopped.",
            "Ask for less at once, or raise turn_seconds in the settings.",
        ) from error


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Wait for work that must not be left half-done; a cancellation comes after it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _finish(run: Run, state: TurnState, last: Mapping[str, Any] | None) -> None:
    contents = list(run.draft.stored)
    if last:
        contents.append(("assistant", last))
    await _whole(asyncio.to_thread(run.ledger.finish, state, contents))


async def _fail(run: Run, error: AssistantError) -> None:
    await _close(run, "failed")
    run.emit(
        events.TurnFailed, message=error.message, remedy=error.remedy, exit_code=error.exit_code
    )


async def _close(run: Run, state: TurnState) -> None:
    """End a turn that did not come to its reply; what was said and done is kept."""
    reply = _reply(run)
    said = _stored(reply) if reply.text or reply.receipts or reply.heard else None
    try:
        await _finish(run, state, said)
    except StoreError:
        log.exception("the end of the turn could not be stored")


def _reply(run: Run) -> Reply:
    run.session = run.ledger.session
    artifacts = [dataclasses.replace(a, path=run.ledger.path(a.handle)) for a in run.artifacts]
    return Reply(
        text=run.draft.text.strip(),
        session=run.session,
        turn_id=run.turn_id,
        model=run.model,
        seconds=time.perf_counter() - run.started,
        citations=citations(run),
        images=tuple(a for a in artifacts if a.kind == "image"),
        audio=tuple(a for a in artifacts if a.kind == "audio"),
        files=tuple(a for a in artifacts if a.kind in {"video", "document"}),
        feeling=run.feeling,
        receipts=tuple(run.receipts),
        heard=run.heard,
        notices=tuple(run.notices),
        removed=tuple(run.removed),
    )


def _accept(run: Run) -> None:
    """Check the attachments, store them with the message, and give them handles.

    All of it, or nothing: what was attached is taken back where the message cannot be kept.
    """
    try:
        _take(run)
    except BaseException:
        run.ledger.withdraw()
        raise


def _take(run: Run) -> None:
    turn = run.turn
    speech = turn.speech
    given = list(turn.attachments)
    if not (turn.text.strip() or (turn.transcript or "").strip() or speech or given):
        raise InputError("There is nothing to answer.", "Say or attach something.")
    known = [(a, _sniffed(a)) for a in ([speech] if speech else []) + given]
    if not turn.text.strip() and turn.transcript is None and speech is None:
        # Without words a recording speaks for the person.
        recordings = [a for a, s in known if s.kind == "audio"]
        speech = recordings[0] if len(recordings) == 1 else None
    text = turn.text
    run.heard = turn.transcript
    run.items = run.ledger.items()
    pasted = None
    if len(text) > LONG_TEXT:
        pasted = run.ledger.attach(
            "document", text.encode("utf-8", "replace"), name="pasted text", mime="text/plain"
        )
        # Where a question stands beside pasted text, it stands first or last.
        left_out = f"[… the whole text of {len(text)} characters is {pasted.handle} …]"
        text = f"{text[:1000]}\n{left_out}\n{text[-1000:]}"
    items = []
    for attachment, found in known:
        item = _attach(run, attachment, found.kind, found.mime)
        items.append(item)
        if attachment is speech:
            run.speech = item.handle
    items += [pasted] if pasted else []
    run.given = tuple(items)
    run.items |= {item.handle: item for item in items}
    run.text = text.strip()
    run.ledger.begin(
        {
            "text": run.text,
            "attachments": [
                {
                    "handle": i.handle,
                    "kind": i.kind,
                    "name": i.name,
                    "mime": i.mime,
                    "sha256": i.sha256,
                }
                for i in items
                if i.handle != run.speech
            ],
            **({"speech": run.speech} if run.speech else {}),
            **({"heard": run.heard} if run.heard else {}),
        }
    )
    run.session = run.ledger.session


def _sniffed(attachment: Attachment) -> Sniffed:
    if attachment.path is not None:
        return check(attachment.path, name=attachment.name)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="assistant-") as folder:
        path = Path(folder) / "attachment"
        path.write_bytes(attachment.data or b"")
        return check(path, name=attachment.name)


def _attach(run: Run, attachment: Attachment, kind: Kind, mime: str) -> Item:
    source = attachment.path if attachment.path is not None else attachment.data or b""
    name = attachment.name or (attachment.path.name if attachment.path else kind)
    return run.ledger.attach(kind, source, name=name, mime=mime)


async def _speak(run: Run, text: str) -> None:
    """The reply as a recording, in the style that fits how the person feels."""
    tool = run.tools["speak"]
    style = style_of(run.feeling)
    arguments: dict[str, Any] = {"text": text, "rate": style.rate, "pitch": style.pitch}
    if run.settings.voice:
        arguments["voice"] = run.settings.voice
    call_id = f"speak-{run.turn_id[:8]}"

    shown = {**arguments, "text": text[:80]}
    result, receipt = await record(
        run, tool.name, call_id, shown, lambda: perform(run, tool, arguments)
    )
    if result is None:  # the reply stands, only its sound is missing
        run.notice(f"The reply could not be spoken: {receipt.error} {receipt.remedy}".strip())


def _stored(reply: Reply) -> Mapping[str, Any]:
    """What history keeps of a reply: the words, and by handle or hash all that proves them."""
    whole = reply.to_dict()
    kept = {k: whole[k] for k in ("text", "citations", "feeling", "model", "heard", "seconds")}
    kept["receipts"] = [receipt_dict(r) for r in reply.receipts]
    kept["artifacts"] = [a.handle for a in (*reply.images, *reply.audio, *reply.files)]
    return {k: v for k, v in kept.items() if v}
