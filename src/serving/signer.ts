import { toBase64Url } from "../base/index.ts";

const encoder = new TextEncoder();
/** 128 bits of a signature are beyond guessing, and keep tokens short. */
const SIGNATURE_BYTES = 16;

/** Signs short texts under one secret. `purpose` keeps a signature of one kind from passing as another. */
export interface Signer {
  /** Truncated HMAC-SHA256 as base64url, 22 characters. */
  sign(purpose: string, text: string): Promise<string>;
}

/** The key is imported once, at first use, and kept: an import costs more than the signature. */
export function createSigner(secret: string): Signer {
  let key: Promise<CryptoKey> | undefined;
  return {
    async sign(purpose, text) {
      key ??= crypto.subtle.importKey(
        "raw",
        encoder.encode(secret),
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["sign"],
      );
      const signature = await crypto.subtle.sign("HMAC", await key, encoder.encode(`${purpose}\n${text}`));
      return toBase64Url(new Uint8Array(signature, 0, SIGNATURE_BYTES));
    },
  };
}
