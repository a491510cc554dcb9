"""Envelopes: what is sealed opens again for the same key, purpose and place, and for nothing else."""

from __future__ import annotations

import pytest

from backsmith.secrets.envelopes import OVERHEAD, Cipher, SealError, digest, joined, key_of, seal, unseal

KEY = "00112233aabbccdd"


@pytest.mark.parametrize(
    ("key", "bound", "sealed"),
    [
        (b"\x01", b"", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        (b"\x03", b"c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
    ],
)
def test_the_cipher_gives_what_its_specification_says(key: bytes, bound: bytes, sealed: str) -> None:
    cipher, nonce = Cipher(key * 32), b"ABCDEFGHIJKLMNOPQRSTUVWX"
    assert cipher.encrypt(nonce, b"XAES-256-GCM", bound).hex() == sealed
    assert cipher.decrypt(nonce, bytes.fromhex(sealed), bound) == b"XAES-256-GCM"


def test_an_envelope_names_its_key_and_opens() -> None:
    envelope = seal(Cipher(bytes(32)), KEY, b"plain", "purpose", "about")
    assert envelope[:9].hex() == f"01{KEY}"
    assert (key_of(envelope), len(envelope)) == (KEY, len(b"plain") + OVERHEAD)
    assert unseal(Cipher(bytes(32)), envelope, "purpose", "about") == b"plain"


def test_two_envelopes_of_the_same_value_have_nothing_in_common_but_the_key() -> None:
    cipher = Cipher(bytes(32))
    envelopes = {seal(cipher, KEY, b"plain")[9:] for _ in range(2000)}
    assert len({each[:24] for each in envelopes}) == len({each[24:] for each in envelopes}) == 2000


@pytest.mark.parametrize("place", range(len(b"plain") + OVERHEAD))
def test_a_changed_byte_is_noticed_wherever_it_is(place: int) -> None:
    envelope = bytearray(seal(Cipher(bytes(32)), KEY, b"plain", "purpose"))
    envelope[place] ^= 1
    with pytest.raises(SealError):
        key_of(bytes(envelope))
        unseal(Cipher(bytes(32)), bytes(envelope), "purpose")


@pytest.mark.parametrize("bound", [(), ("purpose",), ("purposeabout",), ("purpose", "about", ""), ("p", "urposeabout")])
def test_it_opens_for_what_it_was_sealed_for_only(bound: tuple[str, ...]) -> None:
    envelope = seal(Cipher(bytes(32)), KEY, b"plain", "purpose", "about")
    with pytest.raises(SealError, match="A sealed value isn't what was sealed here, or belongs elsewhere"):
        unseal(Cipher(bytes(32)), envelope, *bound)


@pytest.mark.parametrize("envelope", [b"", b"plain text that nobody sealed, long enough for an envelope", b"\x01" * 48])
def test_what_is_no_envelope_is_refused(envelope: bytes) -> None:
    with pytest.raises(SealError, match="A value that should be sealed isn't"):
        key_of(envelope)


def test_digests_and_bindings_are_unambiguous() -> None:
    several = [(), ("",), ("", ""), ("ab",), ("a", "b"), ("a", "", "b"), ("\ud800",), ("b", "a")]
    assert len({joined(*parts) for parts in several}) == len({digest(b"key", *parts) for parts in several}) == 8
