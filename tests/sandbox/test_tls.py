"""The certificate of the https listener: for every name under which others reach it."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from sandbox.tls import CA_FILE, server_context


def names_of(home: Path) -> set[str]:
    certificate = x509.load_pem_x509_certificate((home / "server.pem").read_bytes())
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in found}


def test_it_is_for_the_host_and_its_other_names_and_is_kept_until_one_is_new(tmp_path: Path) -> None:
    server_context(tmp_path, ("0.0.0.0", "sandbox"))  # noqa: S104 - every address of a container
    assert {"0.0.0.0", "sandbox", "localhost", "127.0.0.1"} <= names_of(tmp_path)  # noqa: S104
    kept = (tmp_path / CA_FILE).read_bytes()
    server_context(tmp_path, ("sandbox",))
    assert (tmp_path / CA_FILE).read_bytes() == kept
    server_context(tmp_path, ("another",))
    assert "another" in names_of(tmp_path)
