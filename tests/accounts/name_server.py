"""A name server on loopback that speaks the real protocol, with whatever records and troubles a test gives it."""

from __future__ import annotations

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """``txt`` maps names (without final dot) to values; ``names`` exist without records; ``broken`` fail; ``mute`` are
    not answered."""

    def __init__(self) -> None:
        self.txt: dict[str, list[str]] = {}
        self.names: set[str] = set()
        self.broken: set[str] = set()
        self.mute: set[str] = set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        asleep = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        asleep.sendto(b"", ("127.0.0.1", self.port))
        asleep.close()
        self._thread.join(timeout=10)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(4096)
            if not data:
                return
            if answer := self._answer(dns.message.from_wire(data)):
                self._socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        if name in self.mute:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        known = {*self.txt, *self.names, *self.broken}
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif not any(each == name or each.endswith(f".{name}") for each in known):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.TXT and self.txt.get(name):
            values = [f'"{value}"' for value in self.txt[name]]
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", "TXT", values))
        return answer
