"""How good the routing and the answers are, measured on files of requests and questions."""
