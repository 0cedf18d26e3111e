"""What Slack's refusals mean for a post. Pure.

Codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors; the classes are ours. A code that is not in the
table is UNKNOWN: Slack invents new ones, and reading the channel back costs less than a doubled or a lost morning.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import Fate, PostFailed, Reach

MIN_RETRY_AFTER = timedelta(seconds=1)
MAX_RETRY_AFTER = timedelta(minutes=5)
FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError, AttributeError, ValueError)
"""Everything that a call of the SDK may raise because of Slack or the network.

The last two are how it stumbles over answers that are no JSON object, such as a gateway's line of plain text, and over
a Retry-After that is no number of seconds: HTTP allows a date there.
"""
_CODE = re.compile(r"[a-z_]{1,60}", re.ASCII)
"""What Slack's codes look like. Nothing else of an answer is passed on as one: it may repeat a token or an address."""
_SCOPES = re.compile(r"[a-z]+(?:[.:_][a-z]+){0,4}(?:, ?[a-z]+(?:[.:_][a-z]+){0,4}){0,20}", re.ASCII)
"""What a list of scopes looks like: ``channels:history,chat:write``."""
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_OK = 200


class Scope(StrEnum):
    """How far a refusal reaches."""

    POST = "post"
    """This one message."""
    CHANNEL = "channel"
    """Every post to this channel."""
    WORKSPACE = "workspace"
    """Everything that this token does."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code means."""

    fate: Fate
    scope: Scope
    sentence: str
    """What happened and how to mend it."""


def _all(fate: Fate, scope: Scope, **sentences: str) -> dict[str, Meaning]:
    return {code: Meaning(fate, scope, sentence) for code, sentence in sentences.items()}


_READ_ONLY = "posting to this channel is restricted; let Daybrief post there, or choose another channel"
_THREADS = "this channel's settings about threads keep Daybrief out; change them, or choose another channel"
_CONNECT = "the other organisation of this shared channel does not allow it; choose another channel"
_OURS = "Slack did not take the message as it was built; please report it"
_DRAFT = "Slack took the message for a draft, which it is not; please report it"
_FILES = "Slack answered about a file, and Daybrief sends none; please report it"
_REINSTALL = "install Daybrief in the workspace again and set SLACK_BOT_TOKEN to its new token"

MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        # Not executed: try again with the same key.
        **_all(
            Fate.NOT_SENT,
            Scope.WORKSPACE,
            ratelimited="Slack asked for patience",
            rate_limited="Slack asked for patience",
            service_unavailable="Slack is not available for the moment",
            team_added_to_org="the workspace is moving into an organisation; this can take hours",
            org_login_required="the workspace is moving into an organisation; this can take hours",
            external_channel_migrating="the shared channel is being moved; this can take a while",
            message_limit_exceeded="the workspace has reached its plan's limit of messages; Slack lifts it by and by",
        ),
        **_all(Fate.NOT_SENT, Scope.POST, request_timeout="the request did not reach Slack whole"),
        # It may have been executed.
        **_all(
            Fate.UNKNOWN,
            Scope.POST,
            fatal_error="Slack failed in the middle of the request",
            internal_error="Slack failed in the middle of the request",
            update_failed="Slack failed to change the message",
            duplicate_message_not_found="Slack took the message for a duplicate of one that it cannot find",
            duplicate_channel_not_found="Slack took the message for a duplicate in a channel that it cannot find",
        ),
        # The channel is closed to us.
        **_all(
            Fate.REFUSED,
            Scope.CHANNEL,
            channel_not_found="the channel is gone, or private and Daybrief was not invited; /invite it there",
            is_archived="the channel is archived; unarchive it, or remove it here",
            not_in_channel="Daybrief is not in the channel; /invite it there",
            restricted_action=_READ_ONLY,
            restricted_action_read_only_channel=_READ_ONLY,
            restricted_action_thread_only_channel=_THREADS,
            restricted_action_non_threadable_channel=_THREADS,
            restricted_action_thread_locked=_THREADS,
            cannot_reply_to_message="the message that the rest should follow takes no replies; it may be deleted",
            posting_to_channel_denied=_READ_ONLY,
            channel_is_limited_access="access to the channel is limited; let Daybrief in, or choose another channel",
            is_inactive="the channel is not in use any more; choose another one",
            ekm_access_denied="the organisation's administrators have suspended posting here; ask them",
            messages_tab_disabled="this person's messages from Daybrief are switched off; switch the messages tab on",
            slack_connect_canvas_sharing_blocked=_CONNECT,
            slack_connect_file_link_sharing_blocked=_CONNECT,
            slack_connect_lists_sharing_blocked=_CONNECT,
            slack_connect_clip_sharing_blocked=_CONNECT,
            slack_connect_blocked_file_type=_CONNECT,
            slack_connect_file_upload_sharing_blocked=_CONNECT,
        ),
        # The installation is dead: one attempt, then the whole workspace stops.
        **_all(
            Fate.REFUSED,
            Scope.WORKSPACE,
            account_inactive=f"Daybrief was removed from the workspace; {_REINSTALL}",
            token_revoked=f"the token was revoked; {_REINSTALL}",
            token_expired=f"the token has expired; {_REINSTALL}, with token rotation off",
            invalid_auth=f"the token is wrong; {_REINSTALL}",
            not_authed=f"no token was sent; {_REINSTALL}",
            missing_scope=f"a permission is missing; compare `daybrief slack-manifest` with the app, and {_REINSTALL}",
            no_permission=f"the token may not post; {_REINSTALL}",
            not_allowed_token_type="SLACK_BOT_TOKEN is not a bot's token; it begins with xoxb-",  # noqa: S106
            app_access_restricted="the workspace restricts this app; ask its administrators to approve it",
            access_denied="the workspace denies access; ask its administrators",
            accesslimited="the workspace limits access; ask its administrators",
            enterprise_is_restricted="the organisation restricts this app; ask its administrators",
            two_factor_setup_required="the workspace wants two-factor authentication of whoever installed the app",
            ip_address_not_allowed="the workspace does not allow this machine's address; ask its administrators",
        ),
        # Our mistake: it would be the same the next time.
        **_all(
            Fate.REFUSED,
            Scope.POST,
            invalid_blocks=_OURS,
            invalid_blocks_format=_OURS,
            msg_blocks_too_long=_OURS,
            msg_too_long=_OURS,
            no_text=_OURS,
            too_many_attachments=_OURS,
            too_many_contact_cards=_OURS,
            attachment_payload_limit_exceeded=_OURS,
            missing_file_data=_OURS,
            markdown_text_conflict=_OURS,
            metadata_too_large=_OURS,
            metadata_must_be_sent_from_app=_OURS,
            invalid_metadata_format=_OURS,
            invalid_metadata_schema=_OURS,
            invalid_arg_name=_OURS,
            invalid_arguments=_OURS,
            invalid_array_arg=_OURS,
            invalid_charset=_OURS,
            invalid_form_data=_OURS,
            invalid_post_type=_OURS,
            missing_post_type=_OURS,
            team_not_found=_OURS,
            as_user_not_supported=_OURS,
            send_on_behalf_not_allowed=_OURS,
            deprecated_endpoint=_OURS,
            method_deprecated=_OURS,
            thread_not_found="the message that the rest should follow is gone",
            message_not_found="the message is gone; somebody may have deleted it",
            cant_update_message="the message cannot be changed; it is not Daybrief's own",
            edit_window_closed="the workspace does not allow messages to be changed any more",
            block_mismatch=_OURS,
            invalid_attachments=_OURS,
            invalid_cursor=_OURS,
            invalid_ts_latest=_OURS,
            invalid_ts_oldest=_OURS,
            invalid_metadata_filter_keys=_OURS,
            cant_broadcast_message=_OURS,
            no_dual_broadcast_content_update=_OURS,
            streaming_state_conflict=_OURS,
            blocked_file_type=_FILES,
            file_deleted=_FILES,
            file_is_deleted=_FILES,
            file_not_found=_FILES,
            file_share_limit_reached=_FILES,
            max_file_sharing_exceeded=_FILES,
            unable_to_share_files=_FILES,
            draft_already_deleted=_DRAFT,
            draft_already_sent=_DRAFT,
            draft_has_conflict=_DRAFT,
            draft_not_found=_DRAFT,
        ),
    }
)


_SEEN = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
"""What ``conversations.info`` shows the end of; it knows nothing of restrictions on posting."""
_REACHES = {Scope.POST: Reach.POST, Scope.CHANNEL: Reach.CHANNEL, Scope.WORKSPACE: Reach.VISIBLY}


def meaning(code: str) -> Meaning:
    """What *code* means; for one that nobody knows, that nobody knows."""
    return MEANINGS.get(code) or Meaning(Fate.UNKNOWN, Scope.POST, f"Slack answered “{code or 'nothing readable'}”")


def code_of(error: SlackApiError) -> str:
    """The code in Slack's answer; empty where it was no answer of Slack's, such as a proxy's page, or is no code."""
    code = _data_of(error).get("error")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def retry_after(error: SlackApiError) -> timedelta | None:
    """How long Slack asked us to wait, between a second and five minutes; None if it did not."""
    headers = {str(name).lower(): value for name, value in (error.response.headers or {}).items()}
    said = headers.get("retry-after", "")
    try:
        wait = timedelta(seconds=float(said))
    except (TypeError, ValueError, OverflowError):
        return MIN_RETRY_AFTER if _status_of(error) == _TOO_MANY_REQUESTS else None
    return min(max(wait, MIN_RETRY_AFTER), MAX_RETRY_AFTER)


def post_failed(error: Exception) -> PostFailed:
    """What an exception of the SDK means for the post that it ended. Nothing of the SDK leaves this adapter."""
    if isinstance(error, SlackApiError):
        return _answered(error)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        # Without a connection nothing has left us; every other break leaves us in the dark.
        return PostFailed("Slack could not be reached", fate=Fate.NOT_SENT, code="unreachable")
    if isinstance(error, asyncio.TimeoutError):
        return PostFailed("Slack did not answer in time", fate=Fate.UNKNOWN, code="timeout")
    if isinstance(error, AttributeError | ValueError):
        return PostFailed("Slack answered with nothing readable", fate=Fate.UNKNOWN)
    return PostFailed(f"the connection to Slack broke ({type(error).__name__})", fate=Fate.UNKNOWN, code="connection")


def _answered(error: SlackApiError) -> PostFailed:
    code, status = code_of(error), _status_of(error)
    if status == _TOO_MANY_REQUESTS:
        return PostFailed(
            "Slack asked for patience", fate=Fate.NOT_SENT, retry_after=retry_after(error), code="ratelimited"
        )
    if status >= _SERVER_ERROR:
        # Whatever the body says: something failed, and nobody knows how far the request had come.
        return PostFailed(f"Slack failed with status {status}", fate=Fate.UNKNOWN, code=str(status))
    if not code:
        fate = Fate.UNKNOWN if status == _OK else Fate.NOT_SENT
        return PostFailed(f"Slack answered with status {status} and nothing readable", fate=fate, code=str(status))
    meant = meaning(code)
    reach = Reach.VISIBLY if code in _SEEN else _REACHES[meant.scope]
    sentence = _with_details(meant.sentence, error)
    return PostFailed(sentence, fate=meant.fate, retry_after=retry_after(error), reach=reach, code=code)


def _with_details(sentence: str, error: SlackApiError) -> str:
    """*sentence* with the scope that is missing, where Slack names it."""
    needed = _data_of(error).get("needed")
    is_told = isinstance(needed, str) and _SCOPES.fullmatch(needed)
    return f"{sentence} (Slack names {needed})" if is_told else sentence


def _data_of(error: SlackApiError) -> Mapping[str, object]:
    data = getattr(error.response, "data", None)
    return data if isinstance(data, Mapping) else {}


def _status_of(error: SlackApiError) -> int:
    # Where the body was no JSON, the SDK hands over aiohttp's own response in the place of its own.
    name = "status_code" if hasattr(error.response, "status_code") else "status"
    return int(getattr(error.response, name))
