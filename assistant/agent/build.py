"""Model, tools and middleware become one LangChain agent graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from langchain.agents import create_agent

from assistant.agent.approve import Approval, Approve
from assistant.agent.bind import bind
from assistant.agent.counting import Count
from assistant.agent.digest import Digests
from assistant.agent.fallback import Fallback, Load
from assistant.agent.fit import Fit
from assistant.agent.limits import Limits
from assistant.agent.mend import Mend
from assistant.agent.offer import Likely, Offer
from assistant.agent.patience import Patience
from assistant.agent.perceive import Perceive, Sense
from assistant.agent.recall import Facts, History, Recall
from assistant.agent.receipts import Receipts
from assistant.agent.refuse import Refuse
from assistant.agent.run import Run
from assistant.agent.show import Show

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

    from tools.base import Tool


def build(
    model: BaseChatModel,
    tools: Sequence[Tool],
    *,
    history: History,
    facts: Facts,
    sense: Sense | None,
    approve: Approval | None,
    likely: Likely,
    fallback: Sequence[str] = (),
    load: Load,
) -> Any:
    """The graph of a turn: ``graph.astream({"messages": []}, context=run)``.

    The first middleware is the outermost: limits see every call, receipts record also
    what was not approved. What depends on the model (what it is offered, how much fits its
    window, what it is shown, how its calls are mended and counted) stands innermost.
    ``likely`` tells which tools a request wants; ``load`` makes the models of ``fallback``,
    which answer where ``model`` fails.
    """
    return create_agent(
        model,
        [bind(tool) for tool in tools],
        middleware=[
            Perceive(sense),
            Recall(history, facts),
            Limits(),
            Refuse(),
            Fallback(fallback, load),
            Offer(likely),
            Fit(Digests(history)),
            Show(),
            Mend(),
            Count(),
            Patience(),
            Receipts(),
            Approve(approve),
        ],
        context_schema=Run,
    )
