import type { FittedPart } from "../model/learner.ts";
import { decodeTensors, encodeTensors } from "../model/tensor-file.ts";

export function encodePart({ tensors, ...head }: FittedPart): Uint8Array<ArrayBuffer> {
  return encodeTensors(head, tensors);
}

/** The tensors lie on `bytes`: nothing is copied. */
export function decodePart(bytes: Uint8Array<ArrayBuffer>): FittedPart {
  const { head, tensors } = decodeTensors(bytes);
  return { ...(head as Omit<FittedPart, "tensors">), tensors };
}
