"""``python -m assistant`` is the command line."""

from assistant.commands import main

main()
