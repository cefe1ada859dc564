#!/usr/bin/env bash
# Guess: joserfc ignores a header of a JWS that it does not know: such ones "MUST be ignored" (RFC 7515, 4) where `crit` does not name
#        them. Securing Verifiable Credentials using JOSE and COSE has `iss` there among the ways to find the key.
# Fact:  of a signature that is right it raises UnsupportedHeaderError, "Unsupported {'iss'} in header". The registry has to be made with
#        strict_check_header=False. jwcrypto takes the same text as it is.
# Why it matters: a credential whose issuer names itself in the header, or who adds a header of its own, is one that a verifier on
#        joserfc calls wrong, though nothing is wrong with it. An issuer who wants to be read by all keeps to alg, kid, typ and cty.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check joserfc==1.8.0 jwcrypto==1.6.1
venv/bin/python - >seen <<'PYTHON'
import json

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from jwcrypto import jwk as other_jwk
from jwcrypto import jws as other_jws

ISSUER = "did:web:issuer.example"
CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": ISSUER,
    "credentialSubject": {"id": "urn:uuid:1"},
}
key = other_jwk.JWK.generate(kty="OKP", crv="Ed25519")
public = OKPKey.import_key(json.loads(key.export_public()))


def joserfc(text, **options):
    registry = jws.JWSRegistry(algorithms=["EdDSA"], **options)
    try:
        return "taken" if jws.deserialize_compact(text, public, registry=registry) else "wrong"
    except JoseError as error:
        return f"{type(error).__name__}, {error.description}"


for header in ({"cty": "vc"}, {"iss": ISSUER}):
    token = other_jws.JWS(json.dumps(CREDENTIAL))
    token.add_signature(key, None, json.dumps({"alg": "EdDSA", "typ": "vc+jwt", "kid": f"{ISSUER}#key-1", **header}))
    text = token.serialize(compact=True)
    name = next(iter(header))
    print(f"{name}, joserfc: {joserfc(text)}")
    print(f"{name}, joserfc, not strict: {joserfc(text, strict_check_header=False)}")
    again = other_jws.JWS.from_jose_token(text)
    again.verify(key)
    print(f"{name}, jwcrypto: {'taken' if again.is_valid else 'wrong'}")
PYTHON
cat seen
cat >expected <<'SEEN'
cty, joserfc: taken
cty, joserfc, not strict: taken
cty, jwcrypto: taken
iss, joserfc: UnsupportedHeaderError, Unsupported {'iss'} in header
iss, joserfc, not strict: taken
iss, jwcrypto: taken
SEEN
diff expected seen || { echo "joserfc 1.8.0 or jwcrypto 1.6.1 behaves otherwise" >&2; exit 1; }
echo "as found: joserfc 1.8.0 refuses a header that it does not know"
