import type { Attachment, EventContent, Place } from "./model.ts";
import type { Random } from "./random.ts";

const agenda: Attachment = {
  "@odata.type": "#microsoft.graph.fileAttachment",
  name: "Agenda.docx",
  contentType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  size: 18_432,
};
const picture: Attachment = {
  "@odata.type": "#microsoft.graph.fileAttachment",
  name: "image001.png",
  contentType: "image/png",
  size: 4_096,
  isInline: true,
  contentId: "image001.png@01DA0C2B.5E0F1A20",
};
const mail: Attachment = {
  "@odata.type": "#microsoft.graph.itemAttachment",
  name: "FW: Numbers; please check, „today“",
  size: 30_000,
};
const shared: Attachment = {
  "@odata.type": "#microsoft.graph.referenceAttachment",
  name: "Budget 2027.xlsx",
  size: 0,
};

const coffee: Place = {
  displayName: "Fourth Coffee",
  locationType: "localBusiness",
  uniqueId: "https://www.bingapis.com/api/v6/localbusinesses/YN873x13020319",
  uniqueIdType: "locationStore",
  address: {
    street: "4567 Main St",
    city: "Redmond",
    state: "WA",
    countryOrRegion: "US",
    postalCode: "32008",
  },
  coordinates: { latitude: 47.672, longitude: -102.103, accuracy: 12.5 },
};
const room: Place = {
  displayName: "Conf Room 3",
  locationType: "conferenceRoom",
  locationEmailAddress: "conf.room.3@contoso.example",
  uniqueId: "conf.room.3@contoso.example",
  uniqueIdType: "directory",
  address: { type: "unknown" },
  coordinates: {},
};
const south: Place = {
  displayName: "Südbüro, 2. Etage",
  locationType: "streetAddress",
  address: { street: "Hauptstraße 1", city: "Wien", countryOrRegion: "Österreich", postalCode: "1010" },
  coordinates: { latitude: -33.8688, longitude: 151.2093 },
};

/** What some events have beside the ordinary: attachments, places with coordinates, several categories. */
export function extrasOf(random: Random): Partial<EventContent> {
  const attachments = random.pick([[agenda], [agenda, picture], [mail], [shared, agenda], [picture]]);
  const locations = random.pick([[coffee], [room, coffee], [south, room]]);
  const categories = random.pick([["Blue category"], ["Red category", "Blue category"], ["Not in the list"]]);
  return {
    ...(random.chance(0.06) ? { attachments } : {}),
    ...(random.chance(0.06) ? { location: "", locations } : {}),
    ...(random.chance(0.08) ? { categories } : {}),
  };
}
