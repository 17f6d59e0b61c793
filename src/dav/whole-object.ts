/** True for an iCalendar object that was not cut off (RFC 5545 section 3.4): a half one can look like another event. */
export function isWholeObject(text: string): boolean {
  return /^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text) && /END:VCALENDAR\s*$/i.test(text);
}
