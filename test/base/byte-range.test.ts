import { describe, expect, it } from "vitest";
import { contentRange, parseByteRange } from "../../src/base/index.ts";

describe("parseByteRange", () => {
  it("reads the three forms, cut to the object", () => {
    expect(parseByteRange("bytes=0-99", 1_000)).toEqual({ offset: 0, length: 100 });
    expect(parseByteRange("bytes=900-", 1_000)).toEqual({ offset: 900, length: 100 });
    expect(parseByteRange("bytes=-8", 1_000)).toEqual({ offset: 992, length: 8 });
    expect(parseByteRange("bytes=990-5000", 1_000)).toEqual({ offset: 990, length: 10 });
    expect(parseByteRange("bytes=-5000", 1_000)).toEqual({ offset: 0, length: 1_000 });
  });

  it("takes what a server may ignore as the whole object", () => {
    for (const header of [null, "", "bytes=", "bytes=-", "items=0-1", "bytes=0-1,5-6", "bytes=9-3"]) {
      expect(parseByteRange(header, 1_000), String(header)).toBeNull();
    }
  });

  it("tells a range that begins behind the end", () => {
    expect(parseByteRange("bytes=1000-", 1_000)).toBe("unsatisfiable");
    expect(parseByteRange("bytes=0-0", 0)).toBe("unsatisfiable");
    expect(parseByteRange("bytes=-0", 1_000)).toBe("unsatisfiable");
  });

  it("is written back as Content-Range", () => {
    expect(contentRange({ offset: 992, length: 8 }, 1_000)).toBe("bytes 992-999/1000");
  });
});
