import { expect, it } from "vitest";
import { networkOf } from "../../workers/edge/network.ts";

it("counts an IPv6 client by its /64 network, however its address is shortened", () => {
  const network = "2001:db8:0:7::/64";
  for (const host of [
    "2001:db8:0:7::1",
    "2001:db8:0:7:aaaa:bbbb:cccc:dddd",
    "2001:db8:0:7::",
    "2001:db8::7:0:0:0:1",
  ]) {
    expect(networkOf(host)).toBe(network);
  }
  expect(networkOf("2001:db8:0:8::1")).not.toBe(network);
  expect(networkOf("2001:db8::1")).toBe("2001:db8:0:0::/64");
  expect(networkOf("2001::2:3:4:5:6:7")).toBe("2001:0:2:3::/64");
  expect(networkOf("::1")).toBe("0:0:0:0::/64");
});

it("counts other clients by their whole address", () => {
  for (const address of ["192.0.2.1", "192.0.2.2", "::ffff:192.0.2.1", "local"])
    expect(networkOf(address)).toBe(address);
});
