"""The SMTP side of the mail catcher: takes any mail for anybody, unless a fault was ordered."""

from __future__ import annotations

import asyncio
import json
import threading

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from sandbox.context import Box
from sandbox.faults import Fault
from sandbox.times import now_text


class _Handler:
    """aiosmtpd's hooks. A fault's ``path`` is searched in the recipients; its ``method`` is RCPT or DATA (default)."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._box.faults.take("mail", "RCPT", address, named=True)
        if fault is None:
            envelope.rcpt_tos.append(address)
            return "250 OK"
        answer = await _fail(server, fault)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self._box.faults.take("mail", "DATA", " ".join(envelope.rcpt_tos))
        if fault is not None and not fault.after:
            answer = await _fail(server, fault)
            if not answer.startswith("250"):
                return answer
        self._keep(envelope)
        if fault is not None and fault.after:
            return await _fail(server, fault)
        return "250 OK: caught"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self._box.store.run(
            "insert into mail (received, sender, recipients, raw) values (?, ?, ?, ?)",
            (now_text(), envelope.mail_from or "", json.dumps(envelope.rcpt_tos), raw),
        )


async def _fail(server: SMTP, fault: Fault) -> str:
    await asyncio.sleep(fault.delay)
    if fault.disconnect and isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    if not fault.status:
        return "250 OK" if not fault.disconnect else "421 Closing"
    return f"{fault.status} {fault.reason or 'Refused on order'}"


class MailCatcher:
    """An SMTP server in a thread of its own."""

    def __init__(self, box: Box, host: str, port: int) -> None:
        self._box, self._host, self._port = box, host, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sandbox-smtp", daemon=True)

    def start(self) -> int:
        """Listen; answers the port. Raises OSError when it is taken."""
        self._thread.start()
        future = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        return future.result(10)

    async def _listen(self) -> int:
        self._server = await self._loop.create_server(self._protocol, self._host, self._port)
        return int(self._server.sockets[0].getsockname()[1])

    def _protocol(self) -> SMTP:
        return SMTP(
            _Handler(self._box),
            hostname="mail.sandbox.test",
            loop=self._loop,
            enable_SMTPUTF8=True,
            data_size_limit=64 * 1024 * 1024,
            authenticator=lambda *_: AuthResult(success=True),
            auth_require_tls=False,
        )

    def stop(self) -> None:
        """Stop listening and end the sessions that are open; their clients see the connection break."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        sessions = asyncio.all_tasks() - {asyncio.current_task()}
        for session in sessions:
            session.cancel()
        if sessions:
            await asyncio.wait(sessions, timeout=5)
