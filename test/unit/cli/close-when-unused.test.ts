import { describe, expect, it } from "vitest";
import { closeWhenUnused } from "../../../src/cli/close-when-unused.ts";

function opened() {
  let closings = 0;
  const inUse = closeWhenUnused(async () => void (closings += 1));
  return { inUse, closings: () => closings };
}

describe("what work borrows", () => {
  it("is closed by the end of the last work after it was retired, however long that takes", async () => {
    const { inUse, closings } = opened();
    const [one, two] = [inUse.borrow(), inUse.borrow()];
    one[Symbol.dispose]();
    const retired = inUse.retire();
    const late = inUse.borrow();
    two[Symbol.dispose]();
    await Promise.resolve();
    expect(closings()).toBe(0);
    late[Symbol.dispose]();
    await retired;
    expect(closings()).toBe(1);
  });

  it("stays open while it is not retired, and is closed at once where nobody uses it then", async () => {
    const { inUse, closings } = opened();
    inUse.borrow()[Symbol.dispose]();
    await Promise.resolve();
    expect(closings()).toBe(0);
    await inUse.retire();
    expect(closings()).toBe(1);
    await inUse[Symbol.asyncDispose]();
    expect(closings()).toBe(1);
  });

  it("is closed with the application, whoever uses it", async () => {
    const { inUse, closings } = opened();
    inUse.borrow();
    await inUse[Symbol.asyncDispose]();
    expect(closings()).toBe(1);
  });

  it("says what closing it has thrown", async () => {
    const inUse = closeWhenUnused(() => Promise.reject(new Error("already gone")));
    await expect(inUse.retire()).rejects.toThrow("already gone");
  });
});
