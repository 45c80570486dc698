/** Passwords and secrets, as the server takes them (H row 21). Pure but for chance. */

/** A new one, typed twice so that a slip is noticed. */
export interface NewSecret {
  value: string;
  repeated: string;
}

export const NO_SECRET: NewSecret = { value: '', repeated: '' };

export function isStrong(secret: string): boolean {
  const { length } = [...secret];
  return length >= 8 && length <= 128 && [/[a-z]/, /[A-Z]/, /[0-9]/].every((rule) => rule.test(secret));
}

/** Whether the server will take it and it was typed the same twice. */
export function isAccepted({ value, repeated }: NewSecret): boolean {
  return isStrong(value) && value === repeated;
}

/** A secret that is to be made, or one that is typed. */
export interface SecretChoice {
  isTyped: boolean;
  typed: NewSecret;
}

export const GENERATED: SecretChoice = { isTyped: false, typed: NO_SECRET };

export function isComplete({ isTyped, typed }: SecretChoice): boolean {
  return !isTyped || isAccepted(typed);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A random one that is strong. */
export function generateSecret(length = 32): string {
  for (;;) {
    let secret = '';
    while (secret.length < length) {
      const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
      // The rest of the range would make the first letters likelier.
      if (byte < 4 * ALPHABET.length) secret += ALPHABET[byte % ALPHABET.length] ?? '';
    }
    if (isStrong(secret)) return secret;
  }
}
