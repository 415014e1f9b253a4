#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An incoming webhook that judges what it gets as Slack would, and as a person who reads it would.

    with SlackStub() as slack:                # slack.url for Alertmanager's slack_api_url_file
        slack.accepted[0].attachment["title"]
        slack.answers.append((500, "rollup_error"))      # what the next post gets instead

By hand: slack_stub.py [PORT] prints each message.
"""

import http.server
import json
import re
import sys
import threading
import time
from typing import NamedTuple
from urllib.parse import urlsplit

PATH = "/services/T00000000/B00000000/stub"
# Slack's own: 100 attachments, 5 buttons in each, 3,000 characters of a link, 40,000 of a message. It shows the rest
# after a click only, so what a person must see is bounded more tightly.
MOST_ATTACHMENTS, MOST_BUTTONS, MOST_FIELDS = 20, 5, 10
LONGEST = {"title": 300, "fallback": 500, "text": 3000, "link": 3000, "button": 30, "field": 300, "message": 40_000}
COLOR = re.compile(r"good|warning|danger|#[0-9a-fA-F]{6}")
LINK_MARK = re.compile(r"<https://[^<>|\s]+(\|[^<>]+)?>")
ENTITY = re.compile(r"&(amp|lt|gt);")
TEMPLATE_LEFTOVERS = ("<no value>", "<error", "%!", "{{", "}}", "&lt;no value&gt;", "template:")


class Message(NamedTuple):
    at: float
    payload: dict
    complaints: list
    status: int

    @property
    def attachment(self):
        return self.payload["attachments"][0]

    @property
    def text(self):
        """All that a person reads of it, as one text."""
        parts = [self.attachment.get(name, "") for name in ("title", "text")]
        return "\n".join(parts + [f"{field['title']}: {field['value']}" for field in self.attachment.get("fields", [])])


def judge(payload):
    """What is wrong with a payload; an empty list if Slack would show it as it is meant."""
    if not isinstance(payload, dict):
        return ["no JSON object"]
    attachments = payload.get("attachments")
    if not attachments and not payload.get("text"):
        return ["no_text: neither text nor attachments"]
    if not isinstance(attachments, list) or not 1 <= len(attachments) <= MOST_ATTACHMENTS:
        return [f"attachments: 1 to {MOST_ATTACHMENTS} are wanted"]
    complaints = []
    if not re.fullmatch(r"[#@][\w-]{1,80}|[CGD][A-Z0-9]{8,}", payload.get("channel", "")):
        complaints.append(f"channel {payload.get('channel')!r}")
    if len(json.dumps(payload)) > LONGEST["message"]:
        complaints.append("the message is too long")
    return complaints + [complaint for one in attachments for complaint in judge_attachment(one)]


def judge_attachment(one):
    for name in ("fallback", "title", "text", "color"):
        if not isinstance(one.get(name), str) or not one[name].strip():
            yield f"{name} is missing or empty"
            return
    for name in ("fallback", "title", "text"):
        yield from judge_text(name, one[name], LONGEST[name], marks=name == "text")
    if not COLOR.fullmatch(one["color"]):
        yield f"color {one['color']!r}"
    if "\n" in one["title"]:
        yield "title: more than one line"
    if set(one.get("mrkdwn_in", [])) - {"pretext", "text", "fields"}:
        yield f"mrkdwn_in {one['mrkdwn_in']}"
    if "title_link" in one:
        yield from judge_link("title_link", one["title_link"])
    yield from judge_fields(one.get("fields", []))
    yield from judge_buttons(one.get("actions", []))


def judge_text(name, text, longest, marks):
    if len(text) > longest:
        yield f"{name}: {len(text)} characters, at most {longest}"
    for leftover in TEMPLATE_LEFTOVERS:
        if leftover in text:
            yield f"{name}: {leftover!r} of a template"
    if re.search(r"[<>]", LINK_MARK.sub("", text) if marks else text):
        yield f"{name}: < or > that is not escaped"
    if "&" in ENTITY.sub("", LINK_MARK.sub("", text)):
        yield f"{name}: & that is not escaped"
    if re.search(r"<!(channel|here|everyone)", text):
        yield f"{name}: would ring everyone"
    if marks:
        yield from judge_marks(name, text)


def judge_marks(name, text):
    """Bold and code end on the line that they begin on, else the stars are shown."""
    for line in text.splitlines():
        without_code = re.sub(r"`[^`]+`", "", line)
        if "`" in without_code:
            yield f"{name}: ` without its other in {line!r}"
        if len(re.findall(r"(?<!\w)\*|\*(?!\w)", without_code)) % 2:
            yield f"{name}: * without its other in {line!r}"


def judge_link(name, url):
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc:
        yield f"{name}: {url!r} is no https link"
    if len(url) > LONGEST["link"] or re.search(r"[\s<>\"|]", url):
        yield f"{name}: {url!r} is too long, or not encoded"


def judge_fields(fields):
    if len(fields) > MOST_FIELDS:
        yield f"{len(fields)} fields, at most {MOST_FIELDS}"
    for field in fields:
        for part in ("title", "value"):
            if not str(field.get(part, "")).strip():
                yield f"a field without {part}: {field}"
                return
            yield from judge_text(f"field {field['title']}", field[part], LONGEST["field"], marks=False)


def judge_buttons(actions):
    if len(actions) > MOST_BUTTONS:
        yield f"{len(actions)} buttons, at most {MOST_BUTTONS}"
    for action in actions:
        if action.get("type") != "button" or not 0 < len(action.get("text", "")) <= LONGEST["button"]:
            yield f"no button: {action}"
        yield from judge_link(f"button {action.get('text')}", action.get("url", ""))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, text, headers = self.server.stub.take(self.path, self.headers.get("Content-Type", ""), body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


class SlackStub:
    """`messages` are all posts in their order; `accepted` those that got "ok"."""

    def __init__(self, port=0, show=None):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.stub = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}{PATH}"
        self.answers, self.messages, self.lock, self.show = [], [], threading.Lock(), show

    @property
    def accepted(self):
        with self.lock:
            return [message for message in self.messages if message.status == 200]

    def take(self, path, kind, body):
        """(status, text, headers) as Slack answers."""
        if path != PATH:
            return 404, "no_service", {}
        try:
            payload = json.loads(body) if kind.startswith("application/json") else None
        except ValueError:
            payload = None
        complaints = judge(payload)
        with self.lock:
            if self.answers:
                status, text = self.answers.pop(0)
            else:
                status, text = (400, "invalid_payload: " + complaints[0]) if complaints else (200, "ok")
            self.messages.append(Message(time.time(), payload, complaints, status))
            if self.show:
                self.show(self.messages[-1])
        return status, text, {"Retry-After": "1"} if status == 429 else {}

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def show(message):
    print(json.dumps(message.payload, indent=2, ensure_ascii=False))
    print(message.status, *message.complaints, sep="\n  ", flush=True)


def main():
    stub = SlackStub(int(sys.argv[1]) if len(sys.argv) > 1 else 8065, show)
    print(stub.url, flush=True)
    stub.server.serve_forever()


if __name__ == "__main__":
    main()
