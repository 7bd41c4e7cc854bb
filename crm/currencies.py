"""The currencies that money can be in: codes of ISO 4217 that are legal tender somewhere."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from babel.numbers import get_currency_name
from django.utils.translation import get_language

_USUAL = "EUR USD GBP PLN CHF CZK SEK NOK DKK HUF RON CAD AUD JPY"
_OTHERS = """
AED AFN ALL AMD AOA ARS AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CDF CLP CNY COP CRC CUP CVE
DJF DOP DZD EGP ERN ETB FJD FKP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG IDR ILS INR IQD IRR ISK JMD JOD KES KGS KHR KMF
KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NPR NZD
OMR PAB PEN PGK PHP PKR PYG QAR RSD RUB RWF SAR SBD SCR SDG SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY
TTD TWD TZS UAH UGX UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = tuple((_USUAL + _OTHERS).split())
"""Those that are asked for most come first, the others by code."""

CURRENCY_PROPERTIES = frozenset({"deal_currency_code", "hs_currency", "hs_currency_code"})


def currency_words(code: str) -> str:
    """``PLN – Polish Zloty``, in the reader's language; a code that is none stays as it is."""
    return _words(code, get_language() or "en")


@lru_cache(maxsize=1024)
def _words(code: str, language: str) -> str:
    if code not in CURRENCIES:
        return code
    return f"{code} – {get_currency_name(code, locale=Locale.parse(language.replace('-', '_')))}"
