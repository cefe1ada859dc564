// What is worth a verdict, from its looks: src/reading/text.rs.

/** Shortest fragment of digits that can be a credential; other people's links may end in a few. */
const DIGITS = 100;

/** Whether a text is a compact JWS or a QR text, well-formed or not. */
export function looksLikeCredential(text: string): boolean {
  const trimmed = text.trim();
  const digits = trimmed.slice(trimmed.indexOf('#') + 1);
  return /^ey[\w-]*\.[\w-]*\.[\w-]*$/.test(trimmed) || (digits.length > DIGITS && /^\d+$/.test(digits));
}
