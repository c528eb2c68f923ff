"""``key``: a provider's key in the system's keyring, so that no file holds it."""

from __future__ import annotations

import click

from assistant.commands.output import out


@click.group()
def key() -> None:
    """Keep the key of a model provider in the system's keyring, or forget it.

    ``server`` is the key of a model server on this machine, where it wants one.
    """


@key.command("set")
@click.argument("provider", type=click.Choice(["openai", "anthropic", "server"]))
def set_key(provider: str) -> None:
    """Ask for the key without showing it, and keep it."""
    from assistant.brain import keys

    text = click.prompt(f"Key for {provider} (not shown)", hide_input=True).strip()
    keys.keep(provider, text)
    used = (
        "servers on this machine (base_url)" if provider == "server" else f"--model {provider}:NAME"
    )
    out(f"Kept. It is used for {used}.")


@key.command("forget")
@click.argument("provider", type=click.Choice(["openai", "anthropic", "server"]))
def forget_key(provider: str) -> None:
    """Take the key out of the keyring."""
    from assistant.brain import keys

    out("Forgotten." if keys.forget(provider) else f"No key for {provider} was kept.")
