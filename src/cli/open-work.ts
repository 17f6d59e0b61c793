/** What a pull has left to do, a phrase each. */
export function openWork({ owed, doubted }: { readonly owed: number; readonly doubted: number }): string[] {
  const unread = owed - doubted;
  return [
    ...(unread === 0 ? [] : [`${unread} still to be read`]),
    ...(doubted === 0
      ? []
      : [`${doubted} missing from its lists only (kept, and looked at again after an hour)`]),
  ];
}
