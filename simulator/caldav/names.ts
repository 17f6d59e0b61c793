/** XML names in Clark notation (`{namespace}local`), by namespace. */
export const dav = (local: string): string => `{DAV:}${local}`;

/** A name of RFC 4791 / RFC 6638. */
export const cal = (local: string): string => `{urn:ietf:params:xml:ns:caldav}${local}`;

/** A name of the CalendarServer extensions (`getctag`, `shared` …). */
export const cs = (local: string): string => `{http://calendarserver.org/ns/}${local}`;

/** A name of Apple's iCal extensions (`calendar-color`, `calendar-order`). */
export const apple = (local: string): string => `{http://apple.com/ns/ical/}${local}`;

/** A name of sabre/dav's own (`exception`, `message`). */
export const sabre = (local: string): string => `{http://sabredav.org/ns}${local}`;
