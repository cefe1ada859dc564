// What is worth a verdict, from its looks: src/reading/text.rs.

/** A compact JWS; or a verifier link or its fragment alone. Other people's links may end in a few digits. */
const LOOKS = /^(?:ey[\w-]*\.[\w-]*\.[\w-]*|(?:[^\s#]*#)?\d{101,})$/;

/** Whether a text is a compact JWS or a QR text, well-formed or not. */
export function looksLikeCredential(text: string): boolean {
  return LOOKS.test(text.trim());
}
