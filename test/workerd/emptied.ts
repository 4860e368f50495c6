import type { R2Bucket } from "@cloudflare/workers-types";

/** Deletes all objects of a bucket. */
export async function emptied(bucket: R2Bucket): Promise<R2Bucket> {
  for (let page = await bucket.list(); page.objects.length > 0; page = await bucket.list()) {
    await bucket.delete(page.objects.map((object) => object.key));
  }
  return bucket;
}
