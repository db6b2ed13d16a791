"""Slack's wire protocols: the Web API, Socket Mode, signed HTTP delivery and response_url."""
