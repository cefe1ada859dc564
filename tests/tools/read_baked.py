"""Reads the credential out of baked badges with nothing but Python's standard library (Open Badges 3.0 section 5.3).

    python3 read_baked.py FILE…

Prints a line of JSON for each file: the credential's text, or what is wrong with the badge."""

import json
import struct
import sys
import xml.etree.ElementTree as ElementTree
import zlib

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"


def from_png(data):
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), "no PNG"
    at, found, kinds = 8, [], []
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack_from(">I", data, at + 8 + length)
        assert zlib.crc32(kind + body) == crc, f"the checksum of {kind} is wrong"
        kinds.append(kind)
        if kind == b"iTXt" and body.split(b"\0", 1)[0] == b"openbadgecredential":
            found.append(body.split(b"\0", 1)[1])
        at += 12 + length
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND" and at == len(data), kinds
    assert len(found) == 1, f"{len(found)} chunks"
    flag, method, rest = found[0][0], found[0][1], found[0][2:]
    language, keyword, text = rest.split(b"\0", 2)
    assert (flag, method, language, keyword) == (0, 0, b"", b""), "not plain"
    return text.decode("utf-8")


def from_svg(data):
    root = ElementTree.fromstring(data)
    assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
    assert f'xmlns:openbadges="{NAMESPACE}"'.encode() in data, "another prefix"
    every = root.findall(f".//{{{NAMESPACE}}}credential")
    assert every == [root[0]], "not the first element, or not one"
    assert b"<openbadges:credential><![CDATA[" in data, "no CDATA"
    return every[0].text


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        content = file.read()
    try:
        text = (from_svg if path.endswith(".svg") else from_png)(content)
        print(json.dumps({"file": path, "credential": text.strip(), "number": json.loads(text)["credentialSubject"]["licenseNumber"]}))
    except (AssertionError, ValueError, KeyError, ElementTree.ParseError) as problem:
        print(json.dumps({"file": path, "problem": str(problem)}))
