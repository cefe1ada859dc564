#!/usr/bin/env python3
"""Decodes wire format 1 with nothing but Python's standard library: a second implementation of schemas/wire/README.md.

usage: decode_wire.py TEXT          prints the compact JWS
       decode_wire.py --vectors     checks every file in tests/vectors/wire (what a JWS header may hold is not judged)
"""
import base64, hashlib, json, pathlib, sys, zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BYTES_OF_DIGITS = {3: 1, 5: 2, 8: 3, 10: 4, 13: 5, 15: 6, 17: 7}
LIMIT = 65_536


class Refused(Exception):
    pass


def load_dictionary():
    data = (ROOT / "schemas/wire/dictionary-1.bin").read_bytes()
    stated = (ROOT / "schemas/wire/dictionary-1.sha256").read_text().split()[0]
    assert hashlib.sha256(data).hexdigest() == stated, "the dictionary is not the frozen one"
    return data


def fragment_of(text):
    if len(text.encode()) > 7089:
        raise Refused("longer than 7089 characters")
    text = text.strip(" \t\r\n\f")
    if "#" not in text:
        if text[:1] not in list("0123456789"):
            raise Refused("no `#` and no digits")
        return text
    address, fragment = text.split("#", 1)
    if "#" in fragment:
        raise Refused("more than one `#`")
    if address and not (address[:8].lower() == "https://" and len(address) > 8):
        raise Refused("not an https address")
    return fragment


def digits_of(fragment):
    if not fragment:
        raise Refused("nothing after `#`")
    if fragment[0] not in "0123456789":
        raise Refused("not only digits")
    if fragment[0] != "1":
        raise Refused(f"wire version {fragment[0]} is not known here")
    digits = fragment[1:]
    if any(c not in "0123456789" for c in digits):
        raise Refused("not only digits")
    return digits


def bytes_of(digits):
    out = b""
    for number, start in enumerate(range(0, len(digits), 17)):
        chunk = digits[start : start + 17]
        if len(chunk) not in BYTES_OF_DIGITS:
            raise Refused(f"a last chunk of {len(chunk)} digits")
        try:
            out += int(chunk).to_bytes(BYTES_OF_DIGITS[len(chunk)], "little")
        except OverflowError:
            raise Refused(f"chunk {number} overflows") from None
    return out


def inflate(stream, dictionary):
    size = len(dictionary)
    primed = b"\0" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + dictionary + stream
    inflater = zlib.decompressobj(-15)
    try:
        out = inflater.decompress(primed, size + LIMIT + 1)
    except zlib.error:
        raise Refused("not one whole DEFLATE stream") from None
    if len(out) > size + LIMIT:
        raise Refused(f"inflates past {LIMIT} bytes")
    if not inflater.eof or inflater.unused_data:
        raise Refused("not one whole DEFLATE stream")
    return out[size:]


def decode(text, dictionary):
    data = bytes_of(digits_of(fragment_of(text)))
    if len(data) < 64:
        raise Refused("shorter than a signature")
    parts = inflate(data[64:], dictionary).split(b"\0")
    if len(parts) != 2:
        raise Refused("not exactly one NUL between header and payload")
    encode = lambda part: base64.urlsafe_b64encode(part).rstrip(b"=").decode()
    return ".".join(map(encode, [*parts, data[:64]]))


def check_vectors(dictionary):
    accepted = refused = 0
    for path in sorted((ROOT / "tests/vectors/wire").glob("*.json")):
        vector = json.loads(path.read_text())
        if "jws" in vector:
            assert decode(vector["qr"], dictionary) == vector["jws"], path.name
            accepted += 1
        elif vector["field"] == "qr":
            try:
                decode(vector["qr"], dictionary)
            except Refused as refusal:
                assert str(refusal) == vector["problem"], (path.name, str(refusal))
                refused += 1
            else:
                raise AssertionError(f"{path.name} was accepted")
    print(f"{accepted} accepted, {refused} refused, as the vectors say")


if __name__ == "__main__":
    if sys.argv[1:] == ["--vectors"]:
        check_vectors(load_dictionary())
    else:
        print(decode(sys.argv[1], load_dictionary()))
