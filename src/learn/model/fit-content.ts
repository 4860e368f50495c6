import { type Content, foldContent } from "../data/content.ts";
import type { FitOptions, Learner } from "./learner.ts";

/** Width of the content that fits are given: with each of its columns, so many weights more are learned. */
export const FIT_CONTENT_WIDTH = 64;

/** What a fit of this learner is told of the items' content: narrower than it is, and nothing where the learner does not ask. */
export function fitContent(
  { readsContent }: Pick<Learner, "readsContent">,
  content: Content | undefined,
): Pick<FitOptions, "content" | "contentWidth"> {
  const contentWidth = Math.min(FIT_CONTENT_WIDTH, content?.width ?? FIT_CONTENT_WIDTH);
  if (content === undefined || readsContent !== true) return { contentWidth };
  return { contentWidth, content: foldContent(content, contentWidth) };
}
