"""The pages of *Add to Slack*: what Daybrief is and wants, that it is in, that it is not. Pure; no scripts."""

import base64
import hashlib
from html import escape

INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"

WANTS = (
    ("chat:write", "Posts the edition to the channels that you choose, and answers you."),
    ("chat:write.public", "Posts to public channels without being invited first."),
    ("commands", "Hears /brief, /keypoints, /effects and /daybrief."),
    ("channels:read, groups:read", "Sees whether a channel takes posts, before the morning does."),
    ("users:read", "Knows who is an admin, and your time zone."),
    ("channels:history, groups:history", "Looks after an outage whether a post has arrived. Optional."),
)
"""Every permission that is asked for, and why."""

_STYLE = """
:root{color-scheme:light dark;--ink:#1f2937;--soft:#6b7280;--line:#e5e7eb;--page:#f9fafb;--card:#fff;
--act:#1f2937;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#f3f4f6;--soft:#9ca3af;--line:#374151;--page:#111827;--card:#1f2937;
--act:#f3f4f6;--on:#111827}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,
'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
main{max-width:36rem;margin:8vh auto;padding:2.25rem;background:var(--card);
border:1px solid var(--line);border-radius:14px}
.mark{display:inline-block;width:2.75rem;height:2.75rem;border-radius:10px;background:#f2b705;color:#1f2937;
text-align:center;font:700 1.5rem/2.75rem system-ui,sans-serif}
h1{font-size:1.5rem;line-height:1.25;margin:1rem 0 .5rem}p{margin:.5rem 0}.soft{color:var(--soft);font-size:.9rem}
dl{margin:1.25rem 0;border-top:1px solid var(--line)}dt{font:600 .85rem/1.4 ui-monospace,'DejaVu Sans Mono',monospace;
margin-top:.75rem}dd{margin:.1rem 0 .75rem;color:var(--soft);border-bottom:1px solid var(--line);padding-bottom:.75rem}
.act{display:inline-block;margin:.75rem 0;padding:.7rem 1.4rem;border:0;border-radius:9px;background:var(--act);
color:var(--on);font:600 1rem/1.4 system-ui,sans-serif;text-decoration:none;cursor:pointer}
.act:focus-visible{outline:3px solid #f2b705;outline-offset:2px}
code{font:600 .95em ui-monospace,'DejaVu Sans Mono',monospace;background:var(--page);padding:.1em .35em;
border-radius:5px}
@media(max-width:40rem){main{margin:0;border:0;border-radius:0;min-height:100vh;padding:1.5rem}}
"""
_STYLED = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def policy(consent_at: str) -> str:
    """The Content-Security-Policy of these pages: our own style, and forms that lead to us and on to *consent_at*, the
    origin of the consent page; browsers hold the redirect behind a form to this as well.
    """
    return (
        f"default-src 'none'; style-src 'sha256-{_STYLED}'; form-action 'self' {consent_at}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def install(action: str) -> str:
    """What Daybrief is, which permissions it asks for and why, and the button, which posts to *action*."""
    wants = "".join(f"<dt>{escape(scope)}</dt><dd>{escape(why)}</dd>" for scope, why in WANTS)
    return _page(
        "Add Daybrief to Slack",
        "<h1>A morning briefing for your channels</h1>"
        "<p>Daybrief posts the morning’s top stories to the channels that you choose, at your hour, in a form that "
        "takes two minutes to read. Key points and consequences of every story are one button away.</p>"
        f'<form method="post" action="{escape(action)}"><button class="act">Add to Slack</button></form>'
        "<p class=soft>Slack asks you next whether you agree to these permissions:</p>"
        f"<dl>{wants}</dl>"
        "<p class=soft>It looks for no messages but its own, and posts nowhere until somebody sets a channel up. When "
        "you remove it, its token is deleted at once; your settings wait for 30 days in case you come back.</p>",
    )


def added(name: str, workspace: str) -> str:
    """Daybrief is in the workspace or organisation called *name*; *workspace* is the id of one to open."""
    opened = (
        f'<a class="act" href="https://app.slack.com/client/{escape(workspace)}">Open Slack</a>' if workspace else ""
    )
    where = "In a workspace to which your organisation’s admins have added it" if not workspace else "In Slack"
    return _page(
        "Daybrief is in",
        f"<h1>Daybrief is in {escape(name)}</h1>"
        f"<p>One step is left. {where}, go to the channel that should get the briefing and type</p>"
        f"<p><code>/daybrief setup</code></p>{opened}"
        "<p class=soft>In a private channel, type <code>/invite @Daybrief</code> first.</p>",
    )


def failed(sentence: str, again: str) -> str:
    """Why it is not in, in one *sentence*, and the way to try *again*."""
    return _page(
        "Daybrief was not added",
        f'<h1>Daybrief was not added</h1><p>{escape(sentence)}</p><a class="act" href="{escape(again)}">Try again</a>',
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f'<main><span class="mark" aria-hidden="true">D</span>{body}</main></html>'
    )
