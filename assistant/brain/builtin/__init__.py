"""The built-in brain: routes by examples, plans a few steps, answers by extraction.

It is no language model and says so. Its parts are apart so that each can be replaced:
``route`` (which tools), ``plan`` (in which order, with which arguments), ``extract`` (the
words that answer), ``compose`` (the reply), ``talk`` (what needs no tool).
"""
