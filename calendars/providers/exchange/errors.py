"""What Exchange's refusals mean for us.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
"""

from __future__ import annotations

import requests
from exchangelib import errors as ews

from calendars.exceptions import CalendarGone, SyncTokenExpired
from connections.exceptions import GrantRevoked
from connections.providers.exchange.wire import Redirected
from connections.services.state import connection_failed, connection_noted
from hubclone.lib.errors import HubError, NeedsUserError, PermanentError, TransientError

STATE_LOST = (ews.ErrorInvalidSyncStateData,)
NOT_THERE = (
    ews.ErrorItemNotFound,
    ews.ErrorInvalidIdMalformed,
    ews.ErrorInvalidIdEmpty,
    ews.ErrorInvalidId,
    ews.ErrorCalendarOccurrenceIsDeletedFromRecurrence,
    ews.ErrorRecurrenceHasNoOccurrence,
)
CALENDAR_LOST = (
    *NOT_THERE,
    ews.ErrorAccessDenied,
    ews.ErrorFolderNotFound,
    ews.ErrorSyncFolderNotFound,
    ews.ErrorParentFolderNotFound,
    ews.ErrorNonExistentMailbox,
    ews.ErrorInvalidSmtpAddress,
    ews.ErrorCalendarFolderIsInvalidForCalendarView,
)
SIGN_IN_OVER = (
    ews.ErrorAccountDisabled,
    ews.ErrorPasswordChangeRequired,
    ews.ErrorPasswordExpired,
    ews.ErrorMissingEmailAddress,
)
PASSES = (
    ews.ErrorADUnavailable,
    ews.ErrorBatchProcessingStopped,
    ews.ErrorClientDisconnected,
    ews.ErrorConnectionFailed,
    ews.ErrorExceededConnectionCount,
    ews.ErrorInsufficientResources,
    ews.ErrorInternalServerError,
    ews.ErrorInternalServerTransientError,
    ews.ErrorIrresolvableConflict,
    ews.ErrorItemSave,
    ews.ErrorMailboxFailover,
    ews.ErrorMailboxMoveInProgress,
    ews.ErrorMailboxStoreUnavailable,
    ews.ErrorNoRespondingCASInDestinationSite,
    ews.ErrorNotEnoughMemory,
    ews.ErrorProxyCallFailed,
    ews.ErrorProxyRequestProcessingFailed,
    ews.ErrorTimeoutExpired,
    ews.ErrorTooManyObjectsOpened,
)


def noted(connection_id: int, error: Exception) -> HubError:
    """The error of ours for what a call raised; what concerns the whole connection is written on it."""
    failure = exchange_failure(error)
    if isinstance(failure, GrantRevoked):
        connection_failed(connection_id=connection_id, code=GrantRevoked.code)
    elif isinstance(failure, TransientError) and not isinstance(failure, (SyncTokenExpired, NeedsUserError)):
        connection_noted(connection_id=connection_id, code=failure.code)
    return failure


def exchange_failure(error: Exception) -> HubError:
    """The error of ours that a refusal means."""
    if isinstance(error, HubError):
        return _unreachable(error) if isinstance(error, TransientError) else error
    if isinstance(error, ews.ErrorServerBusy):
        return TransientError("Exchange asks us to slow down.", code="SERVER_BUSY", retry_after=error.back_off)
    if isinstance(error, STATE_LOST):
        return SyncTokenExpired()
    if isinstance(error, SIGN_IN_OVER):
        return GrantRevoked()
    if isinstance(error, CALENDAR_LOST):
        return CalendarGone()
    if isinstance(error, PASSES):
        return TransientError("Exchange did not answer as it should.", code="PROVIDER_UNREACHABLE")
    if isinstance(error, ews.ResponseMessageError):
        return PermanentError(f"Exchange refused the call: {type(error).__name__}.", code="REFUSED")
    return _no_answer(error)


def _unreachable(error: TransientError) -> HubError:
    return TransientError("Exchange did not answer.", code="PROVIDER_UNREACHABLE", retry_after=error.retry_after)


def _no_answer(error: Exception) -> HubError:
    """Nothing, or nothing that Exchange would say: a proxy's page, a redirect, a certificate that is not trusted."""
    lost = isinstance(error, requests.RequestException | OSError) and not isinstance(error, Redirected)
    if lost or isinstance(error.__context__, requests.RequestException):
        return TransientError("Exchange did not answer.", code="PROVIDER_UNREACHABLE")
    return TransientError("Exchange's answer makes no sense.", code="ANSWER_UNREADABLE")
