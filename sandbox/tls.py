"""A CA of the sandbox's own and the certificate of its https listener, made at the first start and kept in its home."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_FILE = "ca.pem"
_SERVER_FILE = "server.pem"
_VALID_DAYS = 825
_RENEW_DAYS = 30
_NAMES = ("localhost", "127.0.0.1", "::1")


def server_context(home: Path, hosts: Sequence[str]) -> ssl.SSLContext:
    """For a server at ``hosts``, localhost and loopback. The CA lies in ``home / CA_FILE``, for all to read."""
    if not _good(home, hosts):
        _make(home, hosts)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(home / _SERVER_FILE)
    return context


def _good(home: Path, hosts: Sequence[str]) -> bool:
    if not (home / CA_FILE).exists() or not (home / _SERVER_FILE).exists():
        return False
    certificate = x509.load_pem_x509_certificate((home / _SERVER_FILE).read_bytes())
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    is_named = all(_name(host) in named for host in hosts)
    return is_named and certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=_RENEW_DAYS)


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _make(home: Path, hosts: Sequence[str]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox CA")])
    ca = _authority(ca_name, ca_key)
    leaf = _leaf(ca_name, ca_key, key, hosts)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server = home / _SERVER_FILE
    server.touch(mode=0o600)
    server.write_bytes(secret + leaf.public_bytes(serialization.Encoding.PEM))
    (home / CA_FILE).write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (home / CA_FILE).chmod(0o644)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return (
        _builder(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    issuer: x509.Name, ca_key: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePrivateKey, hosts: Sequence[str]
) -> x509.Certificate:
    names = [_name(name) for name in dict.fromkeys((*_NAMES, *hosts))]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    return (
        _builder(subject, issuer, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
