#!/usr/bin/env bash
# Guess: PyPI's py-multibase writes bytes in base58btc (`z...`) as every library of it does, and what it has written it reads back: a byte
#        0 in front is a `1` (W3C Controlled Identifiers v1.0 on Multibase, and Bitcoin's own base58).
# Fact:  it makes one number of the bytes, and zeros in front of a number are lost: b"\0\0A" is `z28` in place of `z1128`, and is read
#        back as b"A"; `z1128`, which another library wrote, it reads as b"A" too, and `f000041` in base16. Nothing is said. base32 and
#        base64url are right, and so is PyPI's multiformats in all.
# Why it matters: `proofValue` of a Data Integrity proof is a signature in base58btc, and one of 256 signatures begins with a zero. That one
#        comes out a byte short and is wrong to every verifier, or a right one is a byte short to a verifier with this library. Keys hide
#        it: they begin with their type, as in `z6Mk...`. Try a signature that begins with a zero, or use multiformats.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check py-multibase==2.0.0 multiformats==0.3.1.post4
cat >look.py <<'PYTHON'
import multibase
import multiformats.multibase as other

signature = b"\0" + bytes(range(1, 64))
for base, data in [("base58btc", b"A"), ("base58btc", b"\0\0A"), ("base16", b"\0\0A"), ("base32", b"\0\0A"), ("base64url", b"\0\0A")]:
    ours, theirs = multibase.encode(base, data).decode(), other.encode(data, base)
    print(f"{base} of {data}: {ours}, by multiformats {theirs}; that read by py-multibase: {multibase.decode(theirs)}")
ours, theirs = multibase.encode("base58btc", signature).decode(), other.encode(signature, "base58btc")
print(f"a signature of {len(signature)} bytes, the first of them 0: {len(multibase.decode(theirs))} read,",
      f"{len(other.decode(ours))} written")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
base58btc of b'A': z28, by multiformats z28; that read by py-multibase: b'A'
base58btc of b'\x00\x00A': z28, by multiformats z1128; that read by py-multibase: b'A'
base16 of b'\x00\x00A': f000041, by multiformats f000041; that read by py-multibase: b'A'
base32 of b'\x00\x00A': baaaec, by multiformats baaaec; that read by py-multibase: b'\x00\x00A'
base64url of b'\x00\x00A': uAABB, by multiformats uAABB; that read by py-multibase: b'\x00\x00A'
a signature of 64 bytes, the first of them 0: 63 read, 63 written
SEEN
diff expected seen || { echo "py-multibase 2.0.0 or multiformats 0.3.1.post4 behaves otherwise" >&2; exit 1; }
echo "as found: py-multibase 2.0.0 drops bytes of 0 from the front in base58btc, multiformats 0.3.1.post4 keeps them"
