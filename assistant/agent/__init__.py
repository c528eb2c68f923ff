"""One turn, through LangChain's agent loop."""
